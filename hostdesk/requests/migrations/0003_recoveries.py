"""Recoveries of lost passwords, with their evidence and their links."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hosting', '0002_serverpanel'),
        ('people', '0006_phone_pin'),
        ('policy', '0002_policyversion_immutable'),
        ('requests', '0002_run_looked_after'),
        ('tickets', '0003_unacknowledged'),
    ]

    operations = [
        migrations.CreateModel(
            name='LostPassword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=253)),
                ('address', models.CharField(max_length=254)),
                ('asked_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Recovery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(max_length=253)),
                ('address', models.CharField(max_length=254)),
                ('page_sha256', models.CharField(max_length=64, unique=True)),
                ('proof_token', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('asked', 'has just been asked for'), ('open', 'is under way'), ('granted', 'was approved: the link is in the mail'), ('done', 'ended with a new password'), ('stopped', 'was stopped by a contact'), ('refused', 'was refused'), ('expired', 'ran out')], default='asked', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(null=True)),
                ('looked_up_at', models.DateTimeField(null=True)),
                ('lookup_trouble', models.CharField(blank=True, max_length=500)),
                ('proof', models.CharField(blank=True, max_length=10)),
                ('proof_at', models.DateTimeField(null=True)),
                ('proof_note', models.TextField(blank=True)),
                ('address_proven_at', models.DateTimeField(null=True)),
                ('look_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True)),
                ('sentence', models.TextField(blank=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hosting.account')),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agent')),
                ('policy_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.policyversion')),
                ('ticket', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recoveries', to='tickets.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='RecoveryApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agent')),
                ('recovery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='requests.recovery')),
            ],
        ),
        migrations.CreateModel(
            name='RecoveryLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('password', 'choose a new password'), ('address', 'show that the address of a recovery is read'), ('stop', 'stop a recovery')], max_length=10)),
                ('address', models.CharField(max_length=254)),
                ('token_sha256', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('voided_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=10)),
                ('answer', models.CharField(blank=True, max_length=500)),
                ('verifier', models.CharField(blank=True, max_length=200)),
                ('set_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hosting.account')),
                ('contact', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.contact')),
                ('recovery', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='links', to='requests.recovery')),
                ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='password_links', to='requests.adminrequest')),
            ],
        ),
        migrations.CreateModel(
            name='RegistrationRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('via', models.CharField(max_length=10)),
                ('source', models.CharField(max_length=2000)),
                ('fetched_at', models.DateTimeField()),
                ('digest', models.CharField(max_length=64)),
                ('body', models.BinaryField()),
                ('said', models.JSONField()),
                ('recovery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='requests.recovery')),
            ],
        ),
        migrations.AddIndex(
            model_name='recovery',
            index=models.Index(condition=models.Q(('look_at__isnull', False)), fields=['look_at'], name='recovery_due'),
        ),
        migrations.AddIndex(
            model_name='recovery',
            index=models.Index(fields=['account', '-id'], name='recovery_account'),
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'open', 'granted', 'done', 'stopped', 'refused', 'expired'])), name='recovery_state_known'),
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.CheckConstraint(condition=models.Q(('proof__in', ('', 'dns', 'file', 'by_hand'))), name='recovery_proof_known'),
        ),
        migrations.AddConstraint(
            model_name='recoveryapproval',
            constraint=models.UniqueConstraint(fields=('recovery', 'agent'), name='recovery_approval_once_an_agent'),
        ),
        migrations.AddIndex(
            model_name='recoverylink',
            index=models.Index(fields=['account', '-id'], name='recoverylink_account'),
        ),
        migrations.AddConstraint(
            model_name='recoverylink',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['password', 'address', 'stop'])), name='recoverylink_purpose_known'),
        ),
        migrations.AddConstraint(
            model_name='recoverylink',
            constraint=models.CheckConstraint(condition=models.Q(('request__isnull', False), ('recovery__isnull', False), _connector='XOR'), name='recoverylink_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='recoverylink',
            constraint=models.UniqueConstraint(condition=models.Q(('purpose', 'password'), ('used_at__isnull', False), ('voided_at__isnull', True)), fields=('request',), name='recoverylink_used_once_a_request'),
        ),
        migrations.AddConstraint(
            model_name='recoverylink',
            constraint=models.UniqueConstraint(condition=models.Q(('purpose', 'password'), ('used_at__isnull', False), ('voided_at__isnull', True)), fields=('recovery',), name='recoverylink_used_once_a_recovery'),
        ),
    ]
