"""What is asked stays between us and the neighbour: nothing of it in errors or logs. And TLS is kept."""

import logging
import ssl
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.http.client import Neighbour
from adapters.http.transport import new_session
from fund.errors import FundError, Unavailable
from tests.adapters.http.scripted import Act, Scripted, answer, hang_up, raw, scripted, silence

TICKET, ID_NUMBER, SECRET = "the-ticket", "210102199001010015", "the-secret-key"
PRIVATE = (TICKET, ID_NUMBER, SECRET, "张伟", "the-answer")
WAYS: dict[str, Act] = {
    "refused": answer({"code": "NO", "message": "the-answer 张伟"}, 404),
    "redirected": answer("", 302, Location="/x?ssoSessionId=the-ticket"),
    "an error": answer("the-answer", 500),
    "rubbish": answer("the-answer", kind="text/html"),
    "gone": hang_up,
    "silent": silence,
    "broken head": raw(b"HTTP/1.1 200 OK\r\nthe-answer\r\n\r\n{}", then_hang_up=True),
    "no HTTP": raw(b"the-answer\r\n\r\n", then_hang_up=True),
}


@pytest.mark.parametrize("act", WAYS.values(), ids=WAYS.keys())
def test_neither_the_error_nor_any_log_shows_what_was_asked_or_answered(
    server: Scripted, hasty: Neighbour, caplog: pytest.LogCaptureFixture, act: Act
) -> None:
    server.on("/service", act)
    with caplog.at_level(logging.DEBUG), pytest.raises(FundError) as caught:
        hasty.get(
            "/service",
            {"ssoSessionId": TICKET, "id": ID_NUMBER},
            headers={"X-Core-Key": SECRET},
        )
    error = caught.value
    assert error.__cause__ is None and error.__context__ is None
    seen = "".join(traceback.format_exception(error)) + repr(error) + repr(hasty) + caplog.text
    assert "core GET /service" in seen
    assert [word for word in PRIVATE if word in seen] == []


def test_a_refused_connection_does_not_show_the_query(
    client_of: Callable[..., Neighbour], caplog: pytest.LogCaptureFixture
) -> None:
    neighbour = client_of("http://127.0.0.1:1")
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as caught:
        neighbour.get("/service", {"ssoSessionId": TICKET})
    assert caught.value.__context__ is None
    assert TICKET not in "".join(traceback.format_exception(caught.value)) + caplog.text


def test_a_failure_is_logged_once_with_the_time_it_took(
    server: Scripted, client: Neighbour, caplog: pytest.LogCaptureFixture
) -> None:
    server.on("/a", hang_up)
    with pytest.raises(FundError):
        client.post("/a", {})
    ours = [record for record in caplog.records if record.name.startswith("adapters")]
    assert len(ours) == 1
    assert ours[0].levelno == logging.WARNING
    assert "core POST /a: ConnectionError" in ours[0].getMessage()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A self-signed certificate of 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "neighbour")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    public, private = tmp_path / "cert.pem", tmp_path / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


@pytest.fixture
def tls_server(certificate: tuple[Path, Path]) -> Iterator[Scripted]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with scripted(context) as running:
        yield running


def test_over_tls_deadlines_and_errors_are_the_same(
    tls_server: Scripted, certificate: tuple[Path, Path], client_of: Callable[..., Neighbour]
) -> None:
    def trusting() -> requests.Session:
        session = new_session()
        session.verify = str(certificate[0])
        return session

    neighbour = client_of(f"https://127.0.0.1:{tls_server.port}", session=trusting, read_timeout=0.5)
    tls_server.on("/a", answer({"a": 1}), silence, answer({"a": 2}))
    assert neighbour.get("/a") == {"a": 1}
    assert neighbour.get("/a") == {"a": 2}
    assert tls_server.paths() == ["/a"] * 3


def test_a_certificate_that_nobody_vouches_for_ends_it_before_anything_is_sent(
    tls_server: Scripted, client_of: Callable[..., Neighbour]
) -> None:
    with pytest.raises(Unavailable, match="SSLError"):
        client_of(f"https://127.0.0.1:{tls_server.port}").post("/payments", {})
    assert tls_server.received == []


def test_a_neighbour_that_does_not_speak_tls_is_never_sent_anything(
    server: Scripted, client_of: Callable[..., Neighbour]
) -> None:
    neighbour = client_of(server.url.replace("http:", "https:"), connect_timeout=0.5)
    with pytest.raises(Unavailable):
        neighbour.post("/payments", {"amount": "1.00"})
    assert all(b"amount" not in request.body for request in server.received)
