"""Samples of defence evasion, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-DEF-0001": [
        joined("Set-MpPreference -Disabl¦eRealtimeMonitoring $true\r\n"),
        joined("Add-MpPreference -E¦xclusionPath 'C:\\'\r\n"),
    ],
    "RG-DEF-0002": [
        joined("wevtutil c¦l Security\r\nwevtutil c¦l System\r\n"),
        joined("Clear-EventLo¦g -L¦ogName Security\r\nClear-EventLo¦g -LogName System\r\n"),
    ],
    "RG-DEF-0003": [
        joined("unset H¦ISTFILE\nrm -rf /va¦r/log/wtmp\n"),
        joined("histo¦ry -c; echo > /va¦r/lo¦g/lastlog\n"),
    ],
    "RG-DEF-0004": [
        joined("setenf¦orce 0\niptab¦les -F\nchattr -i /et¦c/ld.so.preload\n"),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-DEF-0001": [
        joined("Get-MpPreference | Select DisableRealtimeMonitoring\r\n"),
        joined("Add-MpPreference -ExclusionPath 'C:\\build\\cache'\r\n"),
        joined("Set-MpPreference -DisableRealtimeMonitoring $false\r\n"),
    ],
    "RG-DEF-0002": [
        joined("wevtutil qe Security /c:5\r\n"),
        joined("wevtutil c¦l Application\r\n"),
    ],
    "RG-DEF-0003": [
        joined("unset H¦ISTFILE\nmake\n"),
        joined("rm -f /var/log/myapp/old.log\n"),
    ],
    "RG-DEF-0004": [
        joined("setenf¦orce 0\nmake test\nsetenforce 1\n"),
        joined("iptab¦les -F\nufw d¦isable\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
