"""Addresses of the room."""

from django.urls import path

from hostdesk.people.views import client, client_sign_in, desk, desk_sign_in, looks, passkeys

app_name = "people"

urlpatterns = [
    path("sign-in", client_sign_in.sign_in, name="sign_in"),
    path("sign-in/link/<str:token>", client_sign_in.link, name="link"),
    path("sign-out", client_sign_in.sign_out, name="sign_out"),
    path("client/security", client.security, name="security"),
    path("client/security/password", client.password, name="password"),
    path("client/security/sessions/<int:session_id>/end", client.end_session, name="end_session"),
    path("client/security/pin", client.pin, name="pin"),
    path("client/security/pin/removal", client.remove_pin, name="remove_pin"),
    path("client/contacts", client.contacts, name="contacts"),
    path("client/details", client.confirm_details, name="confirm_details"),
    path("client/details/link", client.mail_details_link, name="mail_details_link"),
    path("details/<str:token>", client_sign_in.details_link, name="details_link"),
    path("client/policy-reading", client.read_policy, name="read_policy"),
    path("desk/sign-in", desk_sign_in.sign_in, name="desk_sign_in"),
    path("desk/sign-in/code", desk_sign_in.take_second_step, name="second_step"),
    path("desk/sign-in/setup", desk_sign_in.set_up_second_step, name="second_step_setup"),
    path("desk/sign-in/setup/picture.svg", desk_sign_in.second_step_picture, name="second_step_picture"),
    path("desk/sign-in/setup/passkey", passkeys.set_up, name="set_up_passkey"),
    path("desk/sign-in/setup/passkey/options", passkeys.set_up_options, name="set_up_passkey_options"),
    path("desk/sign-in/passkey", passkeys.sign_in, name="passkey_sign_in"),
    path("desk/sign-in/passkey/options", passkeys.sign_in_options, name="passkey_sign_in_options"),
    path("desk/prove", passkeys.prove, name="prove"),
    path("desk/prove/passkey", passkeys.prove_options, name="prove_options"),
    path("desk/invitation/<str:token>", desk_sign_in.invitation, name="invitation"),
    path("desk/sign-out", desk_sign_in.sign_out, name="desk_sign_out"),
    path("desk/me", desk.me, name="me"),
    path("desk/me/password", desk.my_password, name="my_password"),
    path("desk/me/second-step", desk.my_second_step, name="my_second_step"),
    path("desk/me/sessions/<int:session_id>/end", desk.end_my_session, name="end_my_session"),
    path("desk/me/passkeys", passkeys.register, name="register_passkey"),
    path("desk/me/passkeys/new", passkeys.new, name="new_passkey"),
    path("desk/me/passkeys/options", passkeys.options, name="passkey_options"),
    path("desk/me/passkeys/<int:passkey_id>/name", passkeys.rename, name="rename_passkey"),
    path("desk/me/passkeys/<int:passkey_id>/removal", passkeys.remove, name="remove_passkey"),
    path("desk/agents", desk.agents, name="agents"),
    path("desk/agents/<int:agent_id>/deactivation", desk.deactivate, name="deactivate"),
    path("desk/agents/<int:agent_id>/invitation", desk.invite, name="invite"),
    path("desk/agents/<int:agent_id>/second-step-reset", desk.reset_second_step, name="reset_second_step"),
    path("desk/agents/<int:agent_id>/looks", looks.looks, name="looks"),
    path("desk/customers", desk.customers, name="customers"),
    path("desk/customers/<int:customer_id>", desk.customer, name="customer"),
]
