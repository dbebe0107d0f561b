// defence-evasion/unix.yar: see ../README.md for the metadata of each rule.

rule traces_of_session_erased
{
    meta:
        id = "RG-DEF-0003"
        description = "Shell script that erases the history and the logs of its session"
        description_ja = "履歴とログを消去するシェルスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1070/003/"
        date = "2026-11-24"
        false_positives = "Clean-up scripts of machine images"
    strings:
        $history = /\b(unset\s+HISTFILE|HISTFILE=\/dev\/null|HISTSIZE=0|history\s+-c)\b/
        $logs = /(\brm\s+-\w{0,3}f\w{0,2}\s+\/var\/log\/(wtmp|btmp|lastlog|auth|secure|messages|syslog|\*)|(>|cat\s+\/dev\/null\s*>)\s*\/var\/log\/(wtmp|btmp|lastlog|auth\.log|secure|messages|syslog)|\becho\s+["']{0,2}\s*>\s*\/var\/(log\/\w{3,10}|spool\/mail))/
    condition:
        filesize < 256KB and all of them
}

rule host_protection_taken_down
{
    meta:
        id = "RG-DEF-0004"
        description = "Shell script that takes down firewall, mandatory access control and monitoring agents"
        description_ja = "ファイアウォール、強制アクセス制御及び監視エージェントを停止するシェルスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1562/004/"
        date = "2026-11-24"
        false_positives = "Set-up scripts of test machines"
    strings:
        $a = /\bsetenforce\s+0\b/
        $b = /\biptables\s+-F\b/
        $c = /\bufw\s+disable\b/
        $d = /\bchattr\s+(-R\s+)?-[ia]{1,2}\b[^\n]{1,60}(\/etc\/(crontab|ld\.so\.preload|passwd|shadow)|authorized_keys|\/var\/spool\/cron)/
        $e = /\b(aliyun|aegis|qcloud|yunjing|bcm-agent|cloudmonitor)[^\n]{0,60}(uninstall|stop|kill|remove)|(uninstall|stop|kill)[^\n]{0,60}\b(aliyun|aegis|yunjing|bcm-agent)/ nocase
        $f = /\bsystemctl\s+(stop|disable)\s+(--now\s+)?(firewalld|auditd|apparmor|apparmor\.service)\b/
    condition:
        filesize < 256KB and 3 of them
}
