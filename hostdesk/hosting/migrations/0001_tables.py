import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Server',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True)),
                ('networks', models.JSONField(default=list)),
                ('hostnames', models.JSONField(default=list)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ServerPanel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('server', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='panel', to='hosting.server')),
                ('kind', models.CharField(choices=[('cpanel', 'WHM/cPanel'), ('directadmin', 'DirectAdmin'), ('plesk', 'Plesk')], max_length=20)),
                ('url', models.CharField(max_length=300)),
                ('user', models.CharField(blank=True, max_length=100)),
                ('sealed_secret', models.TextField()),
                ('connected_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['cpanel', 'directadmin', 'plesk'])), name='serverpanel_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='hosting.customer')),
                ('username', models.CharField(max_length=100)),
                ('created_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='account_username_unique')],
            },
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='services', to='hosting.account')),
                ('product', models.CharField(choices=[('shared', 'Shared hosting'), ('reseller', 'Reseller hosting'), ('vps', 'Virtual server'), ('dedicated', 'Dedicated server'), ('colocation', 'Colocation'), ('email', 'E-mail hosting'), ('domain', 'Domain name'), ('other', 'Other service')], max_length=20)),
                ('server', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='hosting.server')),
                ('name', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('product__in', ['shared', 'reseller', 'vps', 'dedicated', 'colocation', 'email', 'domain', 'other'])), name='service_product_known')],
            },
        ),
        migrations.CreateModel(
            name='Domain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='domains', to='hosting.account')),
                ('name', models.CharField(max_length=253, unique=True)),
                ('created_at', models.DateTimeField()),
            ],
        ),
    ]
