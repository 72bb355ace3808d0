"""Device codes, refresh tokens, challenges and a machine's identities, as a plain HTTP client sees them."""

import base64
import datetime as dt
import json

import pytest
import requests

from airflow_provider_drivedelta.emulator import ClientRules, SignInRules

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE = "https://graph.microsoft.com/.default offline_access"


@pytest.fixture
def contoso(serve, drive):
    """Starts an emulator with these rules, and gives a client that posts forms to its sign-in."""

    def opened(**rules):
        client = serve(drive, sign_in=SignInRules(tenants=frozenset({"contoso"}), **rules))

        def post(path, form, tenant="contoso"):
            url = f"{client.emulator.https_url}/{tenant}/oauth2/v2.0/{path}"
            return requests.post(url, data={"client_id": "app"} | form, verify=client.emulator.ca_file)

        client.sign_in = post
        return client

    return opened


def refused(answer) -> tuple[int, str, list[int]]:
    body = answer.json()
    return answer.status_code, body["error"], body["error_codes"]


class TestDeviceCode:
    def begun(self, client) -> dict:
        return client.sign_in("devicecode", {"scope": SCOPE}).json()

    def asked(self, client, flow: dict, **form: str):
        return client.sign_in("token", {"grant_type": DEVICE, "device_code": flow["device_code"]} | form)

    def test_it_is_pending_until_a_person_approves(self, contoso) -> None:
        client = contoso()
        flow = self.begun(client)
        assert flow["user_code"] in flow["message"]
        assert (flow["interval"], flow["expires_in"]) == (5, 900)
        assert refused(self.asked(client, flow)) == (400, "authorization_pending", [70016])
        assert client.post("approve", {"user_code": flow["user_code"]}).status_code == 200
        client.emulator.clock.advance(dt.timedelta(seconds=5))
        granted = self.asked(client, flow).json()
        assert granted["refresh_token"]
        assert refused(self.asked(client, flow))[1] == "bad_verification_code"

    def test_who_asks_too_often_is_told_to_slow_down(self, contoso) -> None:
        client = contoso()
        flow = self.begun(client)
        assert [refused(self.asked(client, flow))[1] for _ in range(2)] == ["authorization_pending", "slow_down"]
        client.emulator.clock.advance(dt.timedelta(seconds=9))
        assert refused(self.asked(client, flow))[1] == "slow_down"

    def test_it_may_be_declined_or_expire(self, contoso) -> None:
        client = contoso(device_interval=0, device_expires_in=60)
        flow, forgotten = self.begun(client), self.begun(client)
        client.post("approve", {"user_code": flow["user_code"], "accepted": False})
        assert refused(self.asked(client, flow))[1] == "authorization_declined"
        client.emulator.clock.advance(dt.timedelta(seconds=60))
        assert refused(self.asked(client, forgotten)) == (400, "expired_token", [70019])

    def test_another_app_cannot_have_it(self, contoso) -> None:
        client = contoso(device_interval=0)
        flow = self.begun(client)
        client.post("approve", {"user_code": flow["user_code"]})
        assert refused(self.asked(client, flow, client_id="other"))[1] == "bad_verification_code"

    @pytest.mark.parametrize("order", [None, {}, {"user_code": "NOBODYS"}, {"user_code": 7}])
    def test_an_approval_of_nothing_is_an_error(self, contoso, order) -> None:
        assert contoso().post("approve", order).status_code == 400

    def test_an_unknown_tenant_gets_no_code(self, contoso) -> None:
        assert refused(contoso().sign_in("devicecode", {}, tenant="fabrikam"))[2] == [90002]


class TestRefreshToken:
    def used(self, client, token: str, **form: str):
        return client.sign_in("token", {"grant_type": "refresh_token", "refresh_token": token, "scope": SCOPE} | form)

    def test_a_used_one_lives_on_as_in_entra(self, contoso) -> None:
        client = contoso()
        first = self.used(client, "r0").json()["refresh_token"]
        assert [self.used(client, token).status_code for token in ("r0", first, first)] == [200] * 3

    def test_or_is_good_once(self, contoso) -> None:
        client = contoso(refresh_tokens=frozenset({"r0"}), one_use=True)
        first = self.used(client, "r0").json()["refresh_token"]
        assert refused(self.used(client, "r0")) == (400, "invalid_grant", [70000])
        assert self.used(client, first).status_code == 200

    def test_one_that_nobody_gave_out_is_refused_where_they_are_known(self, contoso) -> None:
        client = contoso(refresh_tokens=frozenset({"r0"}))
        assert refused(self.used(client, "made-up")) == (400, "invalid_grant", [9002313])

    def test_an_app_that_is_not_public_proves_itself_too(self, contoso) -> None:
        app = ClientRules(secrets=frozenset({"s3cret"}), public=False)
        client = contoso(clients={"app": app})
        assert refused(self.used(client, "r0"))[2] == [7000218]
        assert self.used(client, "r0", client_secret="s3cret").status_code == 200


class TestChallenge:
    def asked(self, client, token: str) -> requests.Response:
        url = client.emulator.https_url + "/v1.0/me/drive"
        return requests.get(url, headers={"Authorization": f"Bearer {token}"}, verify=client.emulator.ca_file)

    def token(self, client, claims: str = "") -> str:
        form = {"grant_type": "client_credentials", "client_secret": "s", "scope": SCOPE.split()[0], "claims": claims}
        return client.sign_in("token", form).json()["access_token"]

    def test_it_says_what_the_next_token_must_prove(self, contoso) -> None:
        client = contoso()
        token = self.token(client)
        assert client.post("challenge").status_code == 200
        answer = self.asked(client, token)
        header = answer.headers["WWW-Authenticate"]
        assert (answer.status_code, 'error="insufficient_claims"' in header) == (401, True)
        claims = base64.b64decode(header.partition(' claims="')[2].rstrip('"')).decode()
        assert self.asked(client, self.token(client, claims)).status_code == 200
        other = json.dumps({"access_token": {"nbf": {"value": "another"}}})
        assert [self.asked(client, self.token(client, given)).status_code for given in (other, "{broken", "[]")] == [
            401, 401, 401,
        ]  # fmt: skip

    def test_it_ends_when_it_is_taken_back(self, contoso) -> None:
        client = contoso()
        token = self.token(client)
        client.post("challenge", {"claims": {"access_token": {"x": 1}}})
        assert self.asked(client, token).status_code == 401
        assert client.session.delete(f"{client.emulator.url}/_emulator/challenge").status_code == 200
        assert self.asked(client, token).status_code == 200

    @pytest.mark.parametrize("order", [{"claims": {"id_token": {}}}, {"claims": []}, {"demand": 1}, []])
    def test_a_demand_that_is_none_is_an_error(self, contoso, order) -> None:
        assert contoso().post("challenge", order or [1]).status_code == 400


class TestMachineIdentity:
    def test_a_vm_wants_the_header_that_no_browser_sends(self, contoso) -> None:
        url = f"{contoso().emulator.url}/metadata/identity/oauth2/token?resource=https://graph.microsoft.com"
        assert requests.get(url).status_code == 400
        granted = requests.get(url, headers={"Metadata": "true"}).json()
        assert granted["access_token"]
        assert granted["expires_in"] == "3599"

    def test_an_app_service_wants_its_own(self, contoso) -> None:
        url = f"{contoso(identity_header='h').emulator.url}/msi/token?resource=https://graph.microsoft.com"
        assert requests.get(url, headers={"X-IDENTITY-HEADER": "guess"}).status_code == 401
        granted = requests.get(url, headers={"X-IDENTITY-HEADER": "h"}).json()
        assert int(granted["expires_on"]) > dt.datetime.now(dt.UTC).timestamp()
