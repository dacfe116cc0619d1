"""One of several processes that all need a token at once: ``python -m … VALKEY_URL API_URL THREADS``.

Says ``ready``, waits for the key ``go``, lets every thread make one call, prints how many went well.
"""

import sys
import threading
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import redis

from adapters.wechat.api import WeChatApi
from adapters.wechat.transport import Transport


def main(valkey_url: str, api_url: str, threads: int) -> None:
    with redis.Redis.from_url(valkey_url) as store:
        api = WeChatApi(
            Transport(api_url),
            store,
            app_id="wx0",
            app_secret="APP-SECRET",
            clock=lambda: datetime.now(ZoneInfo("Asia/Shanghai")),
        )
        good: list[list[str]] = []
        crowd = [threading.Thread(target=lambda: good.append(api.callback_ips())) for _ in range(threads)]
        print("ready", flush=True)
        while store.get("go") is None:
            time.sleep(0.01)
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join(30)
        print(len(good), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
