"""Tokens that are refused: on demand and with age, in each way the service has been seen to do it."""

import pytest

from airflow_provider_drivedelta.emulator import Drive, Flavour


def test_by_default_the_flavour_is_in_the_message_alone_and_location_works(serve, drive) -> None:
    drive.create_file("a")
    client = serve(drive)
    link = client.read().delta_link
    client.emulator.expire()
    answer = client.get(link)
    assert answer.status_code == 410
    assert answer.json()["error"]["code"] == "resyncRequired"
    assert answer.json()["error"]["message"].startswith("Resync required. Replace any local items")
    location = answer.headers["Location"]
    assert location.startswith(client.emulator.url)
    assert client.read(location).names == ["root", "a"]


def test_the_upload_flavour_says_so(serve, drive) -> None:
    client = serve(drive)
    link = client.read().delta_link
    client.post("expire", {"flavour": "upload", "location": False})
    answer = client.get(link)
    assert "Upload any local items that the service did not return" in answer.json()["error"]["message"]
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("order", "code", "inner"),
    [
        ({"message_only": False}, "resyncChangesApplyDifferences", None),
        ({"message_only": False, "flavour": "upload"}, "resyncChangesUploadDifferences", None),
        ({"code": "ResyncChangesApplyDifferences"}, "ResyncChangesApplyDifferences", None),
        ({"inner_code": "resyncUploadDifferences"}, "resyncRequired", "resyncUploadDifferences"),
    ],
)
def test_the_code_may_be_any_of_those_seen(serve, drive, order, code, inner) -> None:
    client = serve(drive)
    link = client.read().delta_link
    client.post("expire", order)
    error = client.get(link).json()["error"]
    assert (error["code"], error["innerError"].get("code")) == (code, inner)


def test_location_may_lead_to_another_host_or_to_a_500(serve, drive) -> None:
    client = serve(drive)
    link = client.read().delta_link
    client.emulator.expire(location="https://elsewhere.example/v1.0/x")
    assert client.get(link).headers["Location"] == "https://elsewhere.example/v1.0/x"
    client.emulator.expire(location="broken")
    answer = client.get(client.get(link).headers["Location"])
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "generalException"


def test_next_links_expire_too_and_new_tokens_do_not(serve, drive) -> None:
    drive.create_file("a")
    client = serve(drive, page_size=1)
    link = client.get().json()["@odata.nextLink"]
    client.emulator.expire()
    assert client.get(link).status_code == 410
    assert client.get(client.read().delta_link).status_code == 200


def test_only_the_named_drive_expires(serve) -> None:
    one, two = Drive(seed="one"), Drive(seed="two")
    client = serve(one, two)
    links = [client.read(f"/v1.0/drives/{drive.id}/root/delta").delta_link for drive in (one, two)]
    client.post("expire", {"drive": two.id})
    assert [client.get(link).status_code for link in links] == [200, 410]


@pytest.mark.parametrize(("flavour", "days"), [(Flavour.BUSINESS, 60), (Flavour.PERSONAL, 30)])
def test_a_token_dies_of_age(serve, flavour, days) -> None:
    client = serve(Drive(flavour=flavour))
    link = client.read().delta_link
    client.post("clock", {"advance_seconds": (days - 1) * 86_400})
    assert client.get(link).status_code == 200
    client.post("clock", {"advance_seconds": 2 * 86_400})
    assert client.get(link).status_code == 410


def test_a_token_that_the_change_log_no_longer_reaches_is_refused(serve) -> None:
    drive = Drive(keep=5)
    file = drive.create_file("a")
    client = serve(drive)
    link = client.read().delta_link
    for number in range(100):
        drive.edit(file.id, str(number).encode())
    assert client.get(link).status_code == 410
    assert client.read().names == ["root", "a"]


def test_a_token_of_an_emulator_that_was_restarted_is_refused(serve) -> None:
    first = serve(Drive(seed="same"))
    token = first.read().delta_link.partition("token=")[2]
    assert serve(Drive(seed="same")).get(f"/v1.0/me/drive/root/delta?token={token}").status_code == 410


def test_an_order_with_an_unknown_key_is_refused(serve, drive) -> None:
    answer = serve(drive).post("expire", {"flavor": "apply"})
    assert answer.status_code == 400
    assert "flavor" in answer.json()["error"]
