// miners/miners.yar: see ../README.md for the metadata of each rule.

rule mining_pool_address
{
    meta:
        id = "RG-MIN-0001"
        description = "Address of a mining pool"
        description_ja = "採掘プールのアドレス"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1496/001/"
        date = "2026-11-24"
        false_positives = "Honest mining software and its documents"
    strings:
        $a = /\bstratum[12]?\+(tcp|ssl|tls|udp):\/\/[A-Za-z0-9_.:@%-]{4,200}:[0-9]{2,5}\b/ nocase ascii wide
    condition:
        $a
}

rule miner_settings
{
    meta:
        id = "RG-MIN-0002"
        description = "Settings of a cryptocurrency miner"
        description_ja = "暗号資産採掘プログラムの設定"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1496/001/"
        date = "2026-11-24"
        false_positives = "Honest mining software"
    strings:
        $donate = /"donate-(level|over-proxy)"/
        $pools = /"pools"\s*:\s*\[/
        $algo_1 = "\"randomx"
        $algo_2 = "\"cryptonight"
        $algo_3 = "\"rx/0\""
        $algo_4 = "\"argon2/"
        $algo_5 = "\"astrobwt"
        $algo_6 = "\"kawpow\""
        $algo_7 = "\"cn/r\""
        $rig_1 = "\"rig-id\""
        $rig_2 = "\"nicehash\""
        $rig_3 = "\"tls-fingerprint\""
    condition:
        filesize < 256KB and $pools and any of ($rig_*) and any of ($donate, $algo_*)
}

rule other_miners_ended
{
    meta:
        id = "RG-MIN-0003"
        description = "Script that ends the miners of others"
        description_ja = "他の採掘プログラムを終了させるスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1489/"
        date = "2026-11-24"
        false_positives = "Clean-up scripts after an incident"
    strings:
        $a = /\b(pkill|killall|grep|pgrep|kill)\s[^\n]{0,60}\b(kinsing|kdevtmpfsi|xmrig|xmr-stak|minerd|cryptonight|sysrv\d{0,3}|watchbog|kthreaddk|cpuminer|xmr)\b/
        $b = /\bkill\s+-9\b|\bpkill\s+-(9|f|kill)\b/ nocase
    condition:
        filesize < 512KB and #a > 1 and $b
}

rule miner_started
{
    meta:
        id = "RG-MIN-0004"
        description = "Command that starts a cryptocurrency miner"
        description_ja = "暗号資産採掘プログラムを起動するコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1496/001/"
        date = "2026-11-24"
        false_positives = "Documents of honest mining software"
    strings:
        $a = /(xmrig|minerd|xmr-stak|cpuminer|nbminer|ethminer|cgminer|lolminer)(\.exe)?["\']?\s[^\r\n]{0,160}(-o|--url|--pool)[ =]["\']?[^\s"\']{4,120}:[0-9]{2,5}[^\r\n]{0,160}(-u|--user|--wallet)[ =]/ nocase
    condition:
        filesize < 16MB and $a
}

rule miner_in_web_page
{
    meta:
        id = "RG-MIN-0005"
        description = "Miner in a web page"
        description_ja = "ウェブページ内の採掘プログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1496/001/"
        date = "2026-11-24"
        false_positives = "None known: the services have ended"
    strings:
        $a = /\bnew\s+(CoinHive|CoinImp|deepMiner|CRLT|Client|Miner|WMP)\s*\.\s*(Anonymous|User|Token)\s*\(\s*["'][A-Za-z0-9]{16,106}["']/
        $b = /\b(coinhive|coin-hive|coinimp|crypto-loot|webminepool|authedmine)\.(com|min\.js)[^\n]{0,400}\.start\s*\(/
    condition:
        any of them
}
