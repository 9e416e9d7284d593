"""Customer, Server with its control panel, Account, Service, Domain."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models.functions import Lower


class Product(models.TextChoices):
    """What a service is; policies are chosen by it (scope.dedicated)."""

    SHARED = "shared", "Shared hosting"
    RESELLER = "reseller", "Reseller hosting"
    VPS = "vps", "Virtual server"
    DEDICATED = "dedicated", "Dedicated server"
    COLOCATION = "colocation", "Colocation"
    EMAIL = "email", "E-mail hosting"
    DOMAIN = "domain", "Domain name"
    OTHER = "other", "Other service"


class Customer(models.Model):
    """Who pays. Known by name: two who share one need different names."""

    name = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField()


class Server(models.Model):
    """One machine of ours: `networks` as CIDR texts, `hostnames` as lower-case A-labels."""

    name = models.CharField(max_length=100, unique=True)
    networks = models.JSONField(default=list)
    hostnames = models.JSONField(default=list)
    created_at = models.DateTimeField()


class PanelKind(models.TextChoices):
    """Control panels that we can speak with."""

    CPANEL = "cpanel", "WHM/cPanel"
    DIRECTADMIN = "directadmin", "DirectAdmin"
    PLESK = "plesk", "Plesk"


class ServerPanel(models.Model):
    """How the control panel of a server is reached; a server without one is looked after by hand.

    `sealed_secret` is the token, login key or API key, encrypted under the installation's secret key.
    """

    server = models.OneToOneField(Server, on_delete=models.PROTECT, related_name="panel")
    kind = models.CharField(max_length=20, choices=PanelKind.choices)
    url = models.CharField(max_length=300)
    user = models.CharField(max_length=100, blank=True)
    sealed_secret = models.TextField()
    connected_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=PanelKind.values), name="serverpanel_kind_known"
            ),
        ]


class AccountQuerySet(models.QuerySet["Account"]):
    """Words for accounts."""

    def open(self) -> Self:
        """Accounts that are not closed."""
        return self.filter(closed_at=None)

    def named(self, username: str) -> Self:
        """The account of this username, whatever the case of its letters; served by the unique index."""
        return self.alias(lower_username=Lower("username")).filter(lower_username=username.strip().lower())


class Account(models.Model):
    """One hosting account of a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accounts")
    username = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="account_username_unique")]


class ServiceQuerySet(models.QuerySet["Service"]):
    """Words for services."""

    def current(self) -> Self:
        """Services that have not ended."""
        return self.filter(ended_at=None)


class Service(models.Model):
    """Something an account has with us: web hosting, a dedicated server, a domain, mailboxes."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="services")
    product = models.CharField(max_length=20, choices=Product.choices)
    server = models.ForeignKey(
        Server, on_delete=models.PROTECT, null=True, blank=True, related_name="services"
    )
    name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(product__in=Product.values), name="service_product_known"
            ),
        ]


class Domain(models.Model):
    """A domain name hosted on an account, as lower-case A-labels without a trailing dot."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="domains")
    name = models.CharField(max_length=253, unique=True)
    created_at = models.DateTimeField()
