"""The development run from the first check to the last stopped process."""

import os
import sys

from bootstrap.embedded import EmbeddedError
from bootstrap.run.house import House
from bootstrap.run.leftovers import end_leftovers, leftovers, only_run
from bootstrap.run.preflight import CannotStart, check_ports, check_settings
from bootstrap.run.stopping import MakeWatch, Stop, ignore_signals, stop_on_signals
from config.settings import SettingsError, load


def main() -> int:
    """Run until told to stop. 0 after an orderly stop, 1 when it could not start or stop properly."""
    stop_on_signals()
    try:
        settings = load(os.environ)
        check_settings(settings)
        with only_run(settings.var_dir) as alone:
            if not alone:
                raise CannotStart(f"{settings.var_dir} 的服务已经在运行。请先停止它,或另设 VAR_DIR 与端口。")
            if found := end_leftovers(settings.var_dir):
                print(f"  已清理上次未正常退出时留下的 {found} 个进程", flush=True)
            check_ports(settings)
            house = House(settings, MakeWatch())
            try:
                house.open()
                house.stay()
            finally:
                ignore_signals()
                print("\n正在停止 …", flush=True)
                house.close()
                end_leftovers(settings.var_dir)
                remaining = leftovers(settings.var_dir)
                print("已全部停止。" if not remaining else "仍有进程未能停止。", flush=True)
            return 1 if remaining else 0
    except Stop:
        return 0
    except (CannotStart, EmbeddedError, SettingsError) as error:
        print(f"\n无法启动:\n{error}", file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
