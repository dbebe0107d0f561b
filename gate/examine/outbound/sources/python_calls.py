"""Which calls of Python reach another machine, and in which argument they are told where to."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Shape: TypeAlias = Literal["url", "host", "address", "command", "page"]
"""``address`` is a pair of host and port; ``page`` a URL shown to a person; ``command`` a command line."""


class Sink(NamedTuple):
    """What a call is told: the shape, the number of the argument, and the keywords that can stand for it."""

    shape: Shape
    argument: int = 0
    keywords: tuple[str, ...] = ()


_VERBS = "get post put patch delete head options"
_URL = (
    "url",
    "uri",
    "base_url",
    "endpoint_url",
    "endpoint",
    "dsn",
    "origin",
    "server_url",
    "remote",
    "address",
    "target",
)
_HOST = ("host", "hostname", "server", "bootstrap_servers", "broker", "nodes", "hosts", "contact_points")
_URL_CALLS = (
    "urllib.request.urlopen urllib.request.urlretrieve urllib.request.Request urllib.urlopen urllib.urlretrieve "
    "urllib2.urlopen urllib2.Request six.moves.urllib.request.urlopen xmlrpc.client.ServerProxy websockets.connect "
    "websockets.client.connect websockets.sync.client.connect websocket.create_connection websocket.WebSocketApp "
    "aiohttp.ClientSession httpx.Client httpx.AsyncClient httpx.stream sentry_sdk.init pymongo.MongoClient "
    "motor.motor_asyncio.AsyncIOMotorClient redis.from_url redis.Redis.from_url redis.asyncio.from_url "
    "sqlalchemy.create_engine psycopg2.connect psycopg.connect asyncpg.connect asyncpg.create_pool celery.Celery "
    "grpc.insecure_channel grpc.secure_channel grpc.aio.insecure_channel grpc.aio.secure_channel git.Repo.clone_from "
    "wget.download torch.hub.load_state_dict_from_url torch.hub.download_url_to_file openai.OpenAI anthropic.Anthropic "
    "elasticsearch.Elasticsearch opensearchpy.OpenSearch influxdb_client.InfluxDBClient suds.client.Client zeep.Client "
    "nats.connect socketio.Client.connect feedparser.parse jwt.PyJWKClient hvac.Client qdrant_client.QdrantClient"
)
_REQUESTERS = ("requests", "httpx", "aiohttp", "grequests", "curl_cffi.requests", "requests.api", "niquests")
_SESSIONS = frozenset(
    {
        "requests.Session", "requests.session", "requests.sessions.Session", "httpx.Client", "httpx.AsyncClient",
        "aiohttp.ClientSession", "curl_cffi.requests.Session", "cloudscraper.create_scraper", "niquests.Session",
        "requests_html.HTMLSession", "requests_futures.sessions.FuturesSession",
    }
)  # fmt: skip  # one name a line would be a page
"""What makes an object whose methods are requests."""
_POOLS = frozenset({"urllib3.PoolManager", "urllib3.ProxyManager", "urllib3.HTTPSConnectionPool"})
_SOCKETS = frozenset({"socket.socket", "ssl.wrap_socket", "ssl.SSLContext.wrap_socket"})
_SSH = frozenset({"paramiko.SSHClient", "paramiko.client.SSHClient", "paho.mqtt.client.Client", "ldap3.Connection"})
_HOST_CALLS = (
    "http.client.HTTPConnection http.client.HTTPSConnection httplib.HTTPConnection httplib.HTTPSConnection ftplib.FTP "
    "ftplib.FTP_TLS smtplib.SMTP smtplib.SMTP_SSL imaplib.IMAP4 imaplib.IMAP4_SSL poplib.POP3 poplib.POP3_SSL "
    "nntplib.NNTP telnetlib.Telnet asyncio.open_connection socket.gethostbyname socket.gethostbyname_ex "
    "socket.getaddrinfo asyncssh.connect fabric.Connection redis.Redis redis.StrictRedis pymysql.connect "
    "MySQLdb.connect mysql.connector.connect kafka.KafkaProducer kafka.KafkaConsumer pika.ConnectionParameters "
    "ldap3.Server dns.resolver.resolve dns.resolver.query pysftp.Connection urllib3.HTTPSConnectionPool "
    "urllib3.HTTPConnectionPool cassandra.cluster.Cluster aiosmtplib.send pyodbc.connect "
    "impacket.smbconnection.SMBConnection"
)
_COMMANDS = (
    "os.system os.popen commands.getoutput subprocess.run subprocess.call subprocess.check_call subprocess.Popen "
    "subprocess.check_output subprocess.getoutput subprocess.getstatusoutput asyncio.create_subprocess_shell "
    "asyncio.create_subprocess_exec os.execvp os.execv os.spawnlp sh.curl sh.wget"
)
_PAGES = "webbrowser.open webbrowser.open_new webbrowser.open_new_tab"

BY_NAME: dict[str, Sink] = {
    **dict.fromkeys(_URL_CALLS.split(), Sink("url", 0, _URL)),
    **{f"{library}.{verb}": Sink("url", 0, _URL) for library in _REQUESTERS for verb in _VERBS.split()},
    **{
        f"{library}.{verb}": Sink("url", 1, _URL)
        for library in _REQUESTERS
        for verb in ("request", "Request", "stream")
    },
    "urllib3.request": Sink("url", 1, _URL),
    "urllib3.connection_from_url": Sink("url", 0, _URL),
    "keras.utils.get_file": Sink("url", 1, _URL),
    "tensorflow.keras.utils.get_file": Sink("url", 1, _URL),
    "boto3.client": Sink("url", 9, ("endpoint_url",)),
    "boto3.resource": Sink("url", 9, ("endpoint_url",)),
    **dict.fromkeys(_HOST_CALLS.split(), Sink("host", 0, _HOST)),
    "socket.create_connection": Sink("address", 0, ("address",)),
    "paramiko.Transport": Sink("address", 0, ("sock",)),
    **dict.fromkeys(_COMMANDS.split(), Sink("command", 0, ("args", "cmd"))),
    **dict.fromkeys(_PAGES.split(), Sink("page", 0, ("url",))),
}
"""Calls by their whole name, after what is imported under another name has been resolved."""

_REQUEST = {verb: Sink("url", 0, _URL) for verb in (*_VERBS.split(), "ws_connect", "websocket_connect")}
_REQUEST |= {verb: Sink("url", 1, _URL) for verb in ("request", "stream", "urlopen", "send")}
_POOLED = {verb: Sink("url", 1, _URL) for verb in ("request", "urlopen")}
_CONNECTED = {verb: Sink("address", 0, ("address",)) for verb in ("connect", "connect_ex")}
_CONNECTED["sendto"] = Sink("address", -1, ("address",))
_LOGGED_IN = {verb: Sink("host", 0, _HOST) for verb in ("connect", "connect_async")}
BY_MAKER: dict[str, dict[str, Sink]] = {
    **dict.fromkeys(_SESSIONS, _REQUEST),
    **dict.fromkeys(_POOLS, _POOLED),
    **dict.fromkeys(_SOCKETS, _CONNECTED),
    **dict.fromkeys((*_SSH, "smtplib.SMTP", "ftplib.FTP"), _LOGGED_IN),
    "urllib.request.build_opener": {"open": Sink("url", 0, _URL)},
}
"""Methods of objects, by the call that made the object."""

_METHODS = (
    "get post put patch delete head options request fetch urlopen urlretrieve open connect ws_connect download "
    "stream websocket_connect clone clone_from read_csv read_json read_html read_parquet read_excel get_file from_url "
    "load send navigate goto retrieve publish"
)
ANY_OBJECT = frozenset(_METHODS.split())
"""Methods that are requests where what they are given is a URL with a scheme of the network."""
