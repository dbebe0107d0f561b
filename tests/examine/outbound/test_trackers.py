"""Tracking snippets, each with one that looks like it and is none."""

from __future__ import annotations

import pytest

from gate.examine.outbound.trackers import SIGNATURES
from tests.examine.outbound.outbound_kit import outbound

SNIPPETS = {
    "Google tag (gtag.js)": (
        "gtag('config', 'G-ABCDEF1234');",
        "var gtag = 'config'; vintagtag(config)",
    ),
    "Google Tag Manager": (
        "w[l].push({'gtm.start': new Date().getTime(), event: 'gtm.js'});",
        "engine.atgm.start(x)",
    ),
    "Google Tag Manager (container)": (
        "load(window, document, 'script', 'dataLayer', 'GTM-ABC1234');",
        "var unit = 'GTM-lower';",
    ),
    "Google Analytics (analytics.js)": (
        "ga('create', 'UA-1-1', 'auto'); ga('send', 'pageview');",
        "mega('create', 1); x.ga('create')",
    ),
    "Google Analytics (ga.js)": (
        "_gaq.push(['_setAccount', 'UA-1-1']);",
        "my_gaqueue.push(1)",
    ),
    "Google Analytics for Firebase": (
        'var c = {measurementId: "G-ABCDEF1234"};',
        "var c = {measurementId: 'thermometer-1'};",
    ),
    "Google AdSense": (
        "(adsbygoogle = window.adsbygoogle || []).push({});",
        "var blocked = 'adsbygoogle';",
    ),
    "Google Publisher Tag": (
        "googletag.cmd.push(function () { googletag.display('d'); });",
        "var googletagline = {cmd: 1};",
    ),
    "Google Ads conversion": (
        "var google_conversion_id = 123456789;",
        "read(google_conversion_idea)",
    ),
    "Meta Pixel": (
        "fbq('init', '1234567890'); fbq('track', 'PageView');",
        "fbq(queue); setFbq('init')",
    ),
    "Matomo": (
        "_paq.push(['trackPageView']);",
        "my_paqs.push(1)",
    ),
    "Matomo (tracker object)": (
        "var t = Matomo.getTracker(u + 'matomo.php', 1);",
        "store.getTracker(1)",
    ),
    "Hotjar": (
        "h._hjSettings = {hjid: 1234567, hjsv: 6};",
        "var hjid; ghj('event')",
    ),
    "Microsoft Clarity": (
        '(window, document, "clarity", "script", "abcde12345");',
        "text.clarity = 'script'; clarity(1)",
    ),
    "Microsoft Advertising (UET)": (
        "(window, document, 'script', '//', 'uetq');",
        "var quetqueue = 1",
    ),
    "Application Insights": (
        'var c = {instrumentationKey: "12345678-aaaa-bbbb-cccc-1234567890ab"};',
        "var instrumentationKeyboard = 'piano';",
    ),
    "Yandex Metrica": (
        "ym(12345678, 'init', {clickmap: true});",
        "ym(1, 2); gym(12345678, 'init')",
    ),
    "Baidu Tongji": (
        "var _hmt = _hmt || [];",
        "var _hmtx = 1",
    ),
    "X (Twitter) Pixel": (
        "twq('config', 'abcde');",
        "twq(x); netwq('config')",
    ),
    "TikTok Pixel": (
        "ttq.load('ABCDEF'); ttq.page();",
        "buttq.load(1)",
    ),
    "LinkedIn Insight": (
        "_linkedin_partner_id = '123456';",
        "var linkedin_partner = 1; lintrack(x)",
    ),
    "Pinterest Tag": (
        "pintrk('load', '1234567890123');",
        "paintrk(1); pintrk(a)",
    ),
    "Snap Pixel": (
        "snaptr('init', 'abc');",
        "snaptrack('init')",
    ),
    "Reddit Pixel": (
        "rdt('init', 't2_abc');",
        "birdt('init'); rdt(1)",
    ),
    "Quora Pixel": (
        "qp('init', 'abcdef');",
        "seqp('init'); qp(1)",
    ),
    "Criteo": (
        "window.criteo_q = window.criteo_q || [];",
        "var criteo_queue = 1",
    ),
    "Taboola": (
        "window._taboola = window._taboola || [];",
        "var my_taboolas = 1",
    ),
    "Outbrain": (
        "obApi('track', 'PAGE_VIEW');",
        "jobApi('track'); obApi(x)",
    ),
    "Yahoo! JAPAN tag": (
        "ytag({type: 'yss_retargeting'});",
        "analytag({a: 1})",
    ),
    "LINE Tag": (
        "_lt('init', {customerType: 'account', tagId: 'abc'});",
        "default_lt('init'); _lt(1)",
    ),
    "KARTE": (
        "krt('config', {api_key: 'abc'});",
        "krt(1); markrt('config')",
    ),
    "Ptengine": (
        "window._pt_lt = new Date().getTime(); window._pt_sp_2 = [];",
        "var _pt_size = 1",
    ),
    "Sentry": (
        "Sentry.init({release: '1', dsn: 'https://0123@errors.example/1'});",
        "Sentry.initialise(); sentry = 1",
    ),
    "Sentry (Raven)": (
        "Raven.config(dsn).install();",
        "CraveRaven.configure(1)",
    ),
    "Bugsnag": (
        "Bugsnag.start({apiKey: 'abc'});",
        "Bugsnag.starter; debugsnag('a')",
    ),
    "Rollbar": (
        "var _rollbarConfig = {accessToken: 'abc'};",
        "scrollbar.init(); Rollbars.init(1)",
    ),
    "Raygun": (
        "rg4js('apiKey', 'abc');",
        "xrg4js('apiKey')",
    ),
    "TrackJS": (
        "TrackJS.install({token: 'abc'});",
        "TrackJSON.install(1)",
    ),
    "LogRocket": (
        "LogRocket.init('abc/def');",
        "LogRockets.init(1)",
    ),
    "New Relic": (
        "window.NREUM || (NREUM = {}); NREUM.info = {applicationID: '1'};",
        "NREUMA.info = 1",
    ),
    "Datadog RUM": (
        "DD_RUM.init({clientToken: 'abc'});",
        "ADD_RUM.init(1)",
    ),
    "Elastic RUM": (
        "elasticApm.init({serviceName: 'a', serverUrl: 'https://apm.example:8200'});",
        "elasticApma.init(1)",
    ),
    "Segment": (
        "analytics.load('abcdefghijklmnop1234');",
        "analytics.load('page')",
    ),
    "Mixpanel": (
        "mixpanel.init('abc', {track_pageview: true});",
        "remixpanel.init(1)",
    ),
    "Amplitude": (
        "amplitude.getInstance().init('abc');",
        "wave.amplitude = init(1)",
    ),
    "Heap": (
        "heap.load('1234567890');",
        "heap.load(file); heap.load('name')",
    ),
    "FullStory": (
        "window['_fs_org'] = 'ABC12';",
        "var _fs_open = 1",
    ),
    "PostHog": (
        "posthog.init('phc_abc', {api_host: 'https://hog.example'});",
        "posthogs.init(1)",
    ),
    "Umami": (
        "umami.track('signup');",
        "tsunami.track(1); umami.taste()",
    ),
    "Plausible": (
        "window.plausible = window.plausible || function () {};",
        "if (plausible(guess)) go()",
    ),
    "Woopra": (
        "woopra.config({domain: 'a.example'});",
        "woopras.config(1)",
    ),
    "Kissmetrics": (
        "var _kmq = _kmq || [];",
        "var _kmqx = 1",
    ),
    "StatCounter": (
        "var sc_project = 1234567;",
        "var sc_projects = 1",
    ),
    "Clicky": (
        "var clicky_site_ids = [1];",
        "var clicky_site_idset = [1]",
    ),
    "Chartbeat": (
        "var _sf_async_config = {uid: 1};",
        "var _sf_async_configs = 1",
    ),
    "Quantcast": (
        "var _qevents = _qevents || [];",
        "var _qeventsource = 1",
    ),
    "comScore": (
        "var _comscore = _comscore || [];",
        "var _comscores = 1",
    ),
    "Adobe Experience Platform tags": (
        "_satellite.pageBottom();",
        "my_satellite.track(1)",
    ),
    "Adobe Analytics": (
        "s.trackingServer = 'metrics.example';",
        "var trackingServers = 3",
    ),
    "Optimizely": (
        "window['optimizely'] = window['optimizely'] || [];",
        "var optimizelyNot = 1",
    ),
    "VWO": (
        "window._vwo_code = window._vwo_code || (function () {})();",
        "var _vwo_coded = 1",
    ),
    "Mouseflow": (
        "window._mfq = window._mfq || [];",
        "var _mfqx = 1",
    ),
    "Lucky Orange": (
        "window.__lo_site_id = 12345;",
        "var __lo_site = 1",
    ),
    "Intercom": (
        "window.Intercom('boot', {app_id: 'abc'});",
        "Intercom(x); intercomSetting = 1",
    ),
    "HubSpot": (
        "var _hsq = window._hsq = window._hsq || [];",
        "var _hsqx = 1",
    ),
    "Drift": (
        "drift.load('abc');",
        "adrift.load('x')",
    ),
    "Crisp": (
        "window.CRISP_WEBSITE_ID = 'abc';",
        "var CRISP_WEBSITE_IDEA = 1",
    ),
    "tawk.to": (
        "var Tawk_API = Tawk_API || {};",
        "var Tawk_Bird = 1",
    ),
    "Zendesk": (
        "zE('webWidget', 'hide');",
        "sizE('a'); zE(1)",
    ),
    "Marketo Munchkin": (
        "Munchkin.init('123-ABC-456');",
        "Munchkins.init(1)",
    ),
    "Pardot": (
        "piAId = '12345'; piCId = '1';",
        "var piAIdentity = 1",
    ),
    "Klaviyo": (
        "var _learnq = _learnq || [];",
        "var _learnqs = 1",
    ),
    "Braze": (
        "braze.initialize('abc', {baseUrl: 'sdk'});",
        "embraze.initialize('a')",
    ),
    "OneSignal": (
        "OneSignal.push(function () { OneSignal.init({appId: 'abc'}); });",
        "NoOneSignal.init(1)",
    ),
}
_OWN_HOSTS = {
    "Sentry": "errors.example",
    "Elastic RUM": "apm.example",
    "PostHog": "hog.example",
    "Adobe Analytics": "metrics.example",
}
"""Hosts that the snippets themselves name."""


def test_every_signature_has_a_snippet() -> None:
    assert {signature.name for signature in SIGNATURES} == set(SNIPPETS)
    assert len(SIGNATURES) >= 30


@pytest.mark.parametrize("name", SNIPPETS)
def test_snippet(name: str) -> None:
    snippet, _ = SNIPPETS[name]
    [signature] = [each for each in SIGNATURES if each.name == name]
    for item, text, line in (
        ("a.js", f"start();\n{snippet}\n", 2),
        ("a.html", f"<!doctype html>\n<script>\n{snippet}</script>", 3),
        ("a.php", f"<?php f(); ?>\n\n\n<script>{snippet}</script>", 4),
    ):
        found = {(fact.via, fact.host, fact.line) for fact in outbound(text, item) if fact.reach == "tracker"}
        assert (f"tracker {name}", _OWN_HOSTS.get(name, signature.host), line) in found


@pytest.mark.parametrize("name", SNIPPETS)
def test_twin(name: str) -> None:
    _, twin = SNIPPETS[name]
    assert [fact for fact in outbound(twin, "a.js") if fact.reach == "tracker"] == []


@pytest.mark.parametrize("name", SNIPPETS)
def test_mention_is_none(name: str) -> None:
    snippet, _ = SNIPPETS[name]
    for item, text in (
        ("a.html", f"<!doctype html><p>{snippet}</p><!-- {snippet} --><textarea>{snippet}</textarea>"),
        ("a.js", f"start() // {snippet}\n/* {snippet}\n{snippet} */ go()"),
        ("a.txt", snippet),
        ("a.css", f"/* {snippet} */"),
    ):
        assert [fact for fact in outbound(text, item) if fact.reach == "tracker"] == []


def test_snippet_that_waits_for_something_says_so() -> None:
    page = "<!doctype html><template><script>fbq('init', '1')</script></template>"
    [fact] = [fact for fact in outbound(page) if fact.reach == "tracker"]
    assert fact.condition == "template"


def test_one_tracker_is_named_once() -> None:
    facts = outbound("fbq('init', '1');\nfbq('track', 'PageView');\n", "a.js")
    assert [(fact.host, fact.line) for fact in facts if fact.reach == "tracker"] == [("connect.facebook.net", 1)]


OTHER_BEGINNINGS = {
    "'GTM-ABC1234'": '"GTM-ABC1234"',
    "(clarity)": "clarity('set', 'a', 'b')",
    "lintrk": "lintrk('track', {})",
    "hj": "hj('event', 'a')",
    "uetq": "var uetq = []",
    "ytag": "ytag({type: 'a'})",
    "yahoo": "var yahoo_conversion_id = 1",
    "__krt": "window.__krt = 1",
    "Piwik": "Piwik.getTracker('a')",
    "InstrumentationKey": "InstrumentationKey=01234567-",
    "bugsnag": "bugsnag('key')",
    "Rollbar": "Rollbar.init({})",
    "_trackJs": "var _trackJs = {}",
    "datadogRum": "datadogRum.init({})",
    "datadogLogs": "datadogLogs.init({})",
    "DD_LOGS": "DD_LOGS.init({})",
    "NREUM": "NREUM.info = {}",
    "plausible": "plausible('a')",
    "window.plausible": "window.plausible = f",
    "_vis_opt": "var _vis_opt_queue = []",
    "intercomSettings": "var intercomSettings = {}",
    "zESettings": "var zESettings = {}",
    "appboy": "appboy.initialize('key')",
    "OneSignalDeferred": "OneSignalDeferred.push(f)",
}
"""Each way in which a signature that has several can begin."""


@pytest.mark.parametrize("name", OTHER_BEGINNINGS)
def test_every_beginning_is_looked_for(name: str) -> None:
    assert "tracker" in {fact.reach for fact in outbound(OTHER_BEGINNINGS[name], "a.js")}


def test_the_first_of_several_beginnings_tells_the_line() -> None:
    [fact] = [fact for fact in outbound("hj('event', 'a');\nvar _hjSettings;\n", "a.js") if fact.reach == "tracker"]
    assert fact.line == 1
