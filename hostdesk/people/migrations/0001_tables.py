"""Persons, agents and what they may; the two teams that every desk has."""

import django.db.models.deletion
from django.db import migrations, models



def create_teams(apps, schema_editor):
    team = apps.get_model("people", "Team")
    team.objects.create(slug="support", name="Support", sealed=False)
    team.objects.create(slug="supervisors", name="Supervisors", sealed=True)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('hosting', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=100)),
                ('sealed', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.CharField(max_length=254, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('phone', models.CharField(blank=True, max_length=50)),
                ('password', models.CharField(blank=True, max_length=200)),
                ('demo', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('hard_bounces', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('bounced_at', models.DateTimeField(blank=True, null=True)),
                ('bounce_status', models.CharField(blank=True, db_default='', default='', max_length=20)),
                ('bounce_said', models.CharField(blank=True, db_default='', default='', max_length=300)),
                ('details_asked_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='people.person')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='hosting.account')),
                ('role', models.CharField(choices=[('primary', 'Primary contact'), ('secondary', 'Secondary contact'), ('authorised', 'Authorised contact')], max_length=20)),
                ('vouched_for', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('lives_on', models.CharField(blank=True, db_default='', default='', max_length=253)),
                ('lives_here_since', models.DateTimeField(blank=True, null=True)),
                ('home_looked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['primary', 'secondary', 'authorised'])), name='contact_role_known'), models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('person', 'account'), name='contact_active_unique'), models.UniqueConstraint(condition=models.Q(('removed_at', None), ('role', 'primary')), fields=('account',), name='contact_one_primary'), models.UniqueConstraint(condition=models.Q(('removed_at', None), ('role', 'secondary')), fields=('account',), name='contact_one_secondary')],
            },
        ),
        migrations.CreateModel(
            name='PolicyReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='policy_readings', to='people.person')),
                ('policy_version_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'policy_version_id'), name='policy_reading_once')],
            },
        ),
        migrations.CreateModel(
            name='UsedChallenge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='PhonePin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='phone_pin', to='people.person')),
                ('pin', models.CharField(max_length=200)),
                ('set_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('locked_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='LinkRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=254)),
                ('next_path', models.CharField(blank=True, max_length=500)),
                ('asked_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SignInLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_in_links', to='people.person')),
                ('token_sha256', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('next_path', models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_sha256', models.CharField(max_length=64, unique=True)),
                ('window_started_at', models.DateTimeField(db_index=True)),
                ('count', models.PositiveIntegerField(default=0)),
                ('blocked_until', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PendingContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hosting.account')),
                ('contact', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.contact')),
                ('email', models.CharField(max_length=254)),
                ('name', models.CharField(max_length=200)),
                ('phone', models.CharField(blank=True, max_length=50)),
                ('role', models.CharField(choices=[('primary', 'Primary contact'), ('secondary', 'Secondary contact'), ('authorised', 'Authorised contact')], max_length=20)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.contact')),
                ('ticket_number', models.BigIntegerField()),
                ('token_sha256', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('mailed_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended', models.CharField(blank=True, max_length=10)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['expires_at'], name='pending_contact_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['primary', 'secondary', 'authorised'])), name='pending_contact_role_known'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('account', 'email'), name='pending_contact_once')],
            },
        ),
        migrations.CreateModel(
            name='DetailsLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                ('token_sha256', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='DetailsCured',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Agent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.CharField(max_length=254, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('role', models.CharField(choices=[('level1', 'Level 1'), ('technician', 'Technician'), ('supervisor', 'Supervisor'), ('billing', 'Billing'), ('admin', 'Administrator')], max_length=20)),
                ('password', models.CharField(blank=True, max_length=200)),
                ('totp_secret', models.TextField(blank=True)),
                ('totp_confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('totp_last_step', models.BigIntegerField(default=0)),
                ('passkey_handle', models.CharField(blank=True, max_length=64)),
                ('invite_sha256', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('invite_expires_at', models.DateTimeField(blank=True, null=True)),
                ('active', models.BooleanField(default=True)),
                ('demo', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['level1', 'technician', 'supervisor', 'billing', 'admin'])), name='agent_role_known')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='people.agent')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='people.team')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agent', 'team'), name='membership_unique')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to='people.agent')),
                ('code_sha256', models.CharField(max_length=64)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agent', 'code_sha256'), name='recovery_code_unique')],
            },
        ),
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passkeys', to='people.agent')),
                ('name', models.CharField(max_length=60)),
                ('credential_id', models.CharField(max_length=1400, unique=True)),
                ('public_key', models.BinaryField()),
                ('sign_count', models.BigIntegerField(default=0)),
                ('transports', models.JSONField(default=list)),
                ('synced', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_sha256', models.CharField(max_length=64, unique=True)),
                ('agent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='people.agent')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='people.person')),
                ('step', models.CharField(choices=[('password', 'Password given, second step open'), ('full', 'Signed in')], max_length=10)),
                ('team_ids', models.JSONField(default=list)),
                ('created_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
                ('proven_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('client_address', models.GenericIPAddressField()),
                ('user_agent', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('agent__isnull', True), ('person__isnull', False)), models.Q(('agent__isnull', False), ('person__isnull', True)), _connector='OR'), name='session_of_agent_or_person'), models.CheckConstraint(condition=models.Q(('step__in', ['password', 'full'])), name='session_step_known')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to='people.agent')),
                ('name', models.CharField(max_length=100)),
                ('token_sha256', models.CharField(max_length=64, unique=True)),
                ('scopes', models.JSONField(default=list)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='agent',
            name='teams',
            field=models.ManyToManyField(related_name='agents', through='people.Membership', to='people.team'),
        ),
        migrations.RunPython(create_teams, migrations.RunPython.noop),
    ]
