"""Samples of miners, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-MIN-0001": [
        joined("stratum+tcp://po¦ol.x.invalid:3333"),
    ],
    "RG-MIN-0002": [
        joined('{"pool¦s": [{"algo": "r¦x/0", "url": "x.invalid:1", "ri¦g-id": "a"}], "donat¦e-level": 1}'),
    ],
    "RG-MIN-0003": [
        joined("pkil¦l -f k¦insing\npkil¦l -f k¦devtmpfsi\nps aux | grep x¦mrig | awk '{print $2}' | xargs kil¦l -9\n"),
    ],
    "RG-MIN-0004": [
        joined("./xmrig -o p¦o¦o¦l.x.i¦n¦v¦a¦l¦i¦d:3¦333 -u WALLET -p x --background\n"),
    ],
    "RG-MIN-0005": [
        joined("var m = new CoinHive.Anonymous('A¦bCdEfGhIjKlMnOpQrStUvWx'); m.start();"),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-MIN-0001": [
        joined("The Stratum protocol (stratum+tcp) is spoken by mining pools."),
        joined("tcp://pool.example.org:3333"),
    ],
    "RG-MIN-0002": [
        joined('{"pool¦s": [{"name": "swimming"}], "donat¦e-level": "gold"}'),
    ],
    "RG-MIN-0003": [
        joined("ps aux | grep nginx | xargs kil¦l -9\npkil¦l -f gunicorn\n"),
        joined("gre¦p -r xmrig /var/log\n"),
    ],
    "RG-MIN-0004": [
        joined("xmrig --version\n"),
        joined("./server -o logs:80 -u www\n"),
    ],
    "RG-MIN-0005": [
        joined("coinhive.com was closed in 2019."),
        joined("var c = new Client.Session('AbCdEfGhIjKlMnOp');"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
