// download-and-run/languages.yar: see ../README.md for the metadata of each rule.

rule javascript_decodes_and_runs
{
    meta:
        id = "RG-DNR-0006"
        description = "JavaScript that decodes a long text and runs it"
        description_ja = "長い符号化文字列を復元して実行する JavaScript"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1140/"
        date = "2026-11-24"
        false_positives = "Code protectors"
    strings:
        $a = /\b(eval|new\s+Function)\s*\(\s*(atob|unescape|decodeURIComponent)\s*\(\s*["'`][A-Za-z0-9+\/=%\\]{100}/
        $b = /\b(eval|new\s+Function)\s*\(\s*Buffer\s*\.\s*from\s*\(\s*["'`][A-Za-z0-9+\/=]{100}/
    condition:
        any of them
}

rule python_runs_download
{
    meta:
        id = "RG-DNR-0017"
        description = "Python that runs what it downloads"
        description_ja = "取得した内容を実行する Python"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/006/"
        date = "2026-11-24"
        false_positives = "Bootstrap scripts of old package managers"
    strings:
        $a = /\b(exec|eval)\s*\(\s*(compile\s*\(\s*)?((urllib\.request|urllib2?|request|requests|httpx|six\.moves\.urllib\.request)\s*\.\s*)?(urlopen|get)\s*\(\s*[fb]?["']https?:/
        $b = /\b(os\.(system|popen)|subprocess\.(run|call|Popen|check_call|check_output|getoutput))\s*\(\s*[frb]{0,2}["'](sudo\s+)?(curl|wget)\s[^\n"']{1,200}\|\s*(sudo\s+)?(\/bin\/)?(ba|z|da)?sh\b/
        $c = /\bpython[23]?\s+-c\s+["'][^\n]{0,120}\bexec\s*\([^\n]{0,120}\burlopen\s*\(/
    condition:
        any of them
}

rule javascript_runs_download
{
    meta:
        id = "RG-DNR-0018"
        description = "JavaScript that runs what it downloads"
        description_ja = "取得した内容を実行する JavaScript"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/007/"
        date = "2026-11-24"
        false_positives = "Loaders of development tools"
    strings:
        $a = /\b(eval|new\s+Function)\s*\(\s*(await\s+)?\(?\s*(await\s+)?(fetch|axios\.get|axios|got|needle|request)\s*\(\s*["'`]https?:/
        $b = /\b(fetch|axios\.get|axios|got)\s*\(\s*["'`]https?:[^\n]{1,240}\.then\s*\(\s*(eval\s*\)|\(?\s*\w{1,20}\s*\)?\s*=>\s*(eval|new\s+Function)\s*\()/
        $c = /\bexec(Sync)?\s*\(\s*["'`](sudo\s+)?(curl|wget)\s[^\n"'`]{1,200}\|\s*(sudo\s+)?(\/bin\/)?(ba|z|da)?sh\b/
    condition:
        any of them
}

rule ruby_or_perl_runs_download
{
    meta:
        id = "RG-DNR-0019"
        description = "Ruby, Perl or PHP that runs what it downloads"
        description_ja = "取得した内容を実行する Ruby・Perl・PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $ruby = /\beval\s*\(?\s*(Net::HTTP\s*\.\s*get|URI\s*\.\s*(open|parse)|open|HTTParty\.get)\s*\(?\s*(URI(\.parse)?\s*\(\s*)?["']https?:/
        $perl = /\beval\s*\(?\s*(LWP::Simple::)?get\s*\(?\s*["']https?:/
        $php = /\beval\s*\(\s*(["']\?>["']\s*\.\s*)?@?(file_get_contents|curl_exec)\s*\(\s*["']https?:/ nocase
    condition:
        any of them
}

rule program_fetches_makes_runnable_and_runs
{
    meta:
        id = "RG-DNR-0023"
        description = "Code whose one command fetches a file, makes it runnable and runs it"
        description_ja = "取得したファイルに実行権限を与えて実行する処理を一つのコマンドで行うコード"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-26"
        false_positives = "Set-up code that fetches a tool"
    strings:
        $a = /\b(system|popen|Popen|call|check_call|check_output|exec|execSync|spawn|spawnSync|shell_exec|passthru|run)\s{0,2}\([^\n]{0,40}\b(curl|wget)\s[^\n]{0,200}\bchmod\s{1,4}(\+x|u\+x|a\+x|0?7[0-7][0-7])\s[^\n]{0,200}[;&]\s{0,4}(\.?\/|nohup|sh\s)/
        $lua = /\b(load|loadstring)\s{0,2}\(\s{0,2}(require\s{0,2}\(?\s{0,2}["\x27](socket\.http|ssl\.https)["\x27]\s{0,2}\)?|https?)\.request\s{0,2}\(/
    condition:
        any of them
}
