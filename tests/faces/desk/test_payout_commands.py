"""``flask payouts import``: a file is taken over whole or not at all, and twice is once."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from desk.payout_commands import payouts_cli
from fund.application import State
from tests.fund.money_fakes import Office

HEAD = "payment_no,status,reason\n"


def imports(office: Office, path: Path, content: bytes) -> Result:
    path.write_bytes(content)
    return CliRunner().invoke(payouts_cli(lambda: office.results), ["import", str(path)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_result_file_is_taken_over_once(tmp_path: Path, encoding: str) -> None:
    office = Office()
    done, failed = office.confirmed("later"), office.confirmed("later_closed")
    office.work()
    batch = office.batches.make(office.maker)
    office.batches.seal(office.checker, batch.number, batch.digest)
    office.work()
    text = f"{HEAD}{office.payment_of(done).payment_no},done,\r\n{office.payment_of(failed).payment_no},failed,收款账户已销户\n"
    first = imports(office, tmp_path / "r.csv", text.encode(encoding))
    assert (first.exit_code, first.output) == (0, "更新 2 笔，无变化 0 笔，未导入 0 笔\n")
    assert (office.state_of(done), office.state_of(failed)) == (State.PAID, State.PAY_FAILED)
    before = dict(office.books.payments)
    again = imports(office, tmp_path / "r.csv", text.encode(encoding))
    assert (again.exit_code, again.output) == (0, "更新 0 笔，无变化 2 笔，未导入 0 笔\n")
    assert office.books.payments == before


def test_lines_that_cannot_be_are_named_and_the_others_taken_over(tmp_path: Path) -> None:
    office = Office()
    application = office.released("later")
    waiting = office.confirmed()
    office.work()
    number, early = office.payment_of(application).payment_no, office.payment_of(waiting).payment_no
    result = imports(office, tmp_path / "r.csv", f"{HEAD}X1,done,\n{early},done,\n{number},done,\n".encode())
    assert result.exit_code == 1
    assert ":2: X1：没有这笔付款" in result.output and f":3: {early}：这笔付款尚未发给银行" in result.output
    assert "更新 1 笔" in result.output
    assert office.state_of(application) is State.PAID


@pytest.mark.parametrize(
    "text",
    ["", "a,b,c\nX1,done,\n", f"{HEAD}X1,paid,\n", f"{HEAD}X1,done\n", f"{HEAD}X 1,done,\n", f"{HEAD}X1,done,\nX1,failed,\n"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_changes_nothing(tmp_path: Path, text: str) -> None:
    office = Office()
    office.released("later")
    office.work()
    before = dict(office.books.payments)
    result = imports(office, tmp_path / "r.csv", text.encode())
    assert result.exit_code == 2
    assert office.books.payments == before
    assert imports(office, tmp_path / "r.csv", b"\xff\xff\x00").exit_code == 2
