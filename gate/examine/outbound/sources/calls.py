"""By what the languages that are read by tokens reach another machine."""

from __future__ import annotations

import re

_ANY = (
    r"(?:\.|->|::)(?:get|post|put|patch|delete|head|request|fetch|connect|open|dial|load|download|navigate|url|uri|baseUrl"
    r"|stream|subscribe|exchange|retrieve|send)\w{0,20}"
)
"""Methods that count where they are given a constant URL, and say nothing where they are not."""
_C = (
    r"curl_easy_setopt|getaddrinfo|gethostbyname2?|inet_addr|inet_aton|inet_pton|InternetOpenUrl[AW]?|InternetConnect[AW]?"
    r"|WinHttpConnect|WinHttpOpenRequest|HttpOpenRequest[AW]?|URLDownloadToFile[AW]?|URLOpenBlockingStream[AW]?|DnsQuery_\w"
    r"|QUrl|QNetworkRequest|connectToHost|curlpp::\w+|httplib::(?:SSL)?Client|mosquitto_connect|amqp_socket_open"
)
_JAVA = (
    r"new\s+URL|\bURL|URI\.create|new\s+URI|Http(?:Get|Post|Put|Delete|Head|Patch)|InetAddress\.get(?:All)?ByName"
    r"|new\s+InetSocketAddress|InetSocketAddress|new\s+Socket|DriverManager\.getConnection|WebClient\.create|Jsoup\.connect"
    r"|\.(?:getForObject|getForEntity|postForObject|postForEntity|loadUrl|baseUrl|newWebSocket)|@FeignClient|Uri\.parse"
    r"|OkHttpClient|@(?:GET|POST|PUT|DELETE|HEAD)|HttpRequest\.newBuilder|ManagedChannelBuilder\.for(?:Address|Target)"
)
_CSHARP = (
    r"(?:Get|Post|Put|Delete|Patch|GetString|GetByteArray|GetStream|GetFromJson|PostAsJson|Connect|SendMail)Async"
    r"|(?:Http)?WebRequest\.Create(?:Http)?|Download(?:String|File|Data)|Upload(?:String|File|Data|Values)|new\s+Uri|OpenRead"
    r"|new\s+(?:TcpClient|UdpClient|SmtpClient|RestClient|HubConnectionBuilder|WebSocket)|Dns\.GetHost\w+|GrpcChannel\.ForAddress"
    r"|BaseAddress"
)
_GO = (
    r"http\.(?:Get|Post|PostForm|Head|NewRequest(?:WithContext)?)|net\.(?:Dial\w*|Lookup\w+|Resolve\w+)|tls\.Dial\w*"
    r"|websocket\.Dial\w*|grpc\.(?:Dial\w*|NewClient)|rpc\.Dial\w*|smtp\.(?:SendMail|Dial)|url\.(?:Must)?Parse|sql\.Open"
    r"|ssh\.Dial|redis\.ParseURL|resty\.\w+"
)
_RUST = (
    r"reqwest::(?:blocking::)?get|ureq::(?:get|post|put|delete|head|request)|TcpStream::connect\w*|Url::parse|Uri::from_static"
    r"|connect_async|UdpSocket::connect|isahc::(?:get|post)|attohttpc::(?:get|post)|minreq::(?:get|post)|surf::(?:get|post)"
    r"|ToSocketAddrs|lookup_host|Endpoint::from_static|Channel::from_static"
)
_SWIFT = (
    r"URL\s*(?=\(string:)|URLWithString:|URLRequest|NSURLRequest|dataTask|downloadTask|NWConnection|NWEndpoint\.Host|AF\.\w+"
    r"|CFHTTPMessageCreateRequest|CFStreamCreatePairWithSocketToHost|Uri\.parse|Uri\.https?|http\.(?:get|post|put|delete)"
    r"|WebSocketChannel\.connect|HttpClient"
)
_PHP = (
    r"curl_init|curl_setopt|file_get_contents|fopen|p?fsockopen|stream_socket_client|readfile|get_headers|getimagesize"
    r"|simplexml_load_file|new\s+\\?(?:GuzzleHttp\\)?Client|new\s+\\?SoapClient|mysqli?_connect|new\s+\\?(?:PDO|mysqli)"
    r"|wp_remote_\w+|Http::\w+|ftp_connect|gethostbyname|dns_get_record|HttpClient::create"
)
_RUBY = (
    r"Net::(?:HTTP|FTP|SMTP|SSH|IMAP)\.\w+|Net::HTTP::\w+\.new|URI\.(?:open|parse|join)|\bURI|HTTParty\.\w+|Faraday\.\w+"
    r"|RestClient(?:\.\w+|::\w+\.\w+)|TCPSocket\.(?:new|open)|Socket\.tcp|Excon\.\w+|Typhoeus\.\w+|HTTP\.\w+|Mechanize"
    r"|Down\.\w+|open-uri|base_uri|OpenURI"
)
_PERL = (
    r"getstore|getprint|mirror|LWP::\w+|HTTP::Request->new|HTTP::Tiny->new|IO::Socket(?:::\w+)*->new|Net::\w+->new"
    r"|WWW::Mechanize|Mojo::UserAgent|gethostbyname|inet_aton"
)
_PYTHON = r"(?:urllib2?|requests|httplib|http|httpx|socket|ftplib|smtplib|telnetlib)\.\w+(?:\.\w+)*|urlopen|urlretrieve"
_LUA = r"https?\.request|socket\.connect|:connect|:request_uri|ngx\.socket\.\w+|http\.get|wget\.get|PerformHttpRequest"
_R = (
    r"download\.file|curl(?:_\w+)?|GET|POST|PUT|DELETE|httr2?::\w+|\burl|read\.csv|read_csv|readLines|\bsource|fromJSON"
    r"|socketConnection|getURL|install\.packages|read_html|request"
)
_SQL = (
    r"(?i:UTL_HTTP\.\w+|UTL_TCP\.\w+|UTL_SMTP\.\w+|HTTPURITYPE|OPENROWSET|OPENDATASOURCE|xp_cmdshell|xp_dirtree|dblink\w*"
    r"|sp_OAMethod|sp_addlinkedserver|CREATE\s+SERVER|http_get|http_post|net\.http_\w+|EXTERNAL\s+LOCATION|LOCATION"
    r"|FROM\s+PROGRAM|s3_import)"
)
_BASIC = (
    r"(?i:\.Open|\.Navigate2?|URLDownloadToFile[AW]?|Workbooks\.Open|QueryTables\.Add|FollowHyperlink|\.Create(?:Http)?"
    r"|Download(?:String|File|Data)|GetObject|AddPicture|InternetOpenUrl[AW]?|Documents\.(?:Open|Add)|TcpClient|new\s+Uri)"
)
_ACROBAT = (
    r"(?:app\.)?launchURL|submitForm|getURL|(?:app\.)?openDoc|Net\.HTTP\.request|SOAP\.\w+|importTextData|importAnFDF"
    r"|importDataObject|createDataObject|mailForm|mailDoc|Net\.streamDecode|(?:app\.)?media\.\w+|Collab\.\w+|addWebLink\w*"
)
"""JavaScript for Acrobat API Reference."""
_RUN = (
    r"\b(?:system|popen|execl?[vp]*e?|exec|passthru|shell_exec|proc_open|spawn\w*|ShellExecute\w*|CreateProcess[AW]?|Shell"
    r"|WinExec|Process\.Start|Runtime\.getRuntime\(\)\.exec|ProcessBuilder|exec\.Command\w*|Command::new|os\.execute"
    r"|io\.popen|\.Run|\.Exec|os\.system|subprocess\.\w+|qx|IO\.popen|Open3\.\w+)"
)
"""What runs another program: its strings are read as command lines."""


def _calls(names: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?<!\w)|(?=\.))(?P<sure>{names})(?![\w])|(?P<perhaps>{_ANY})(?=\s*[(\"'])|(?P<run>{_RUN})(?![\w])"
    )


CALLS = {
    "c": _calls(_C),
    "rust": _calls(_RUST),
    "go": _calls(_GO),
    "java": _calls(_JAVA),
    "csharp": _calls(_CSHARP),
    "swift": _calls(_SWIFT),
    "php": _calls(_PHP),
    "ruby": _calls(_RUBY),
    "perl": _calls(_PERL),
    "python": _calls(_PYTHON),
    "lua": _calls(_LUA),
    "r": _calls(_R),
    "sql": _calls(_SQL),
    "acrobat": _calls(_ACROBAT),
    "basic": _calls(_BASIC),
}
"""By grammar: names that are surely such a call, methods that perhaps are, and what runs another program."""
QUIET = frozenset(
    {"URL", "URI", "new URL", "new URI", "new Uri", "Uri.parse", "url.Parse", "url.MustParse", "Url::parse"}
    | {
        "url",
        "fopen",
        "file_get_contents",
        "readfile",
        "source",
        "readLines",
        "read.csv",
        "read_csv",
        "request",
        "GET",
        "POST",
        "PUT",
        "DELETE",
        "LOCATION",
        ".Open",
        "connect",
        "BaseAddress",
        "URI.parse",
        "URI.join",
        "URI.create",
        "QUrl",
        "getimagesize",
        "curl_setopt",
        "copy",
        "mirror",
        "simplexml_load_file",
        ".Create",
        "GetObject",
        "InetSocketAddress",
        "new InetSocketAddress",
        "inet_pton",
        "inet_addr",
        "inet_aton",
        "curl_easy_setopt",
        "@GET",
        "@POST",
        "@PUT",
        "@DELETE",
        "@HEAD",
    }
)
"""Calls that make an address, or that far more often read a file: without a constant host they say nothing."""
