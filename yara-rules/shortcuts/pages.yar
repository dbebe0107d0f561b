// shortcuts/pages.yar: see ../README.md for the metadata of each rule.

rule html_application_starts_program
{
    meta:
        id = "RG-HTA-0001"
        description = "HTML application that starts a command"
        description_ja = "コマンドを起動する HTML アプリケーション"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1218/005/"
        date = "2026-11-24"
        false_positives = "Old administration tools"
    strings:
        $hta = /<hta:application\b/ nocase ascii wide
        $script = /<script\b[^>]{0,80}(vbscript|jscript)/ nocase ascii wide
        $object_1 = "\"WScrip\x74.Shell\"" nocase ascii wide
        $object_2 = "'WScrip\x74.Shell'" nocase ascii wide
        $object_3 = "\"Shell.Ap\x70lication\"" nocase ascii wide
        $object_4 = "'Shell.Ap\x70lication'" nocase ascii wide
        $object_5 = "\"ADODB.\x53tream\"" nocase ascii wide
        $object_6 = "'ADODB.\x53tream'" nocase ascii wide
        $run = /\.(Run|ShellExecute)\b[\s("'][^\r\n]{0,160}(powershell|\bcmd\b|mshta|rundll32|regsvr32|certutil|wscript|\.exe\b)/ nocase ascii wide
    condition:
        filesize < 16MB and ($hta or $script) and any of ($object_*) and $run
}

rule page_hands_over_archive
{
    meta:
        id = "RG-HTA-0002"
        description = "Page that puts together a program or an archive from text and hands it over as a download"
        description_ja = "テキストから復元した書庫・プログラムをダウンロードさせるページ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/006/"
        date = "2026-11-24"
        false_positives = "Libraries that carry an empty office document"
    strings:
        $data = /["'`](UEsDB|TVqQAA|TVpQAA|UmFyIRo|N3q8ry|SVNP)[A-Za-z0-9+\/]{400}/
        $decode_1 = "atob("
        $decode_2 = "base64ToArrayBuffer"
        $decode_3 = "Uint8Array.from"
        $url_1 = "createObjectURL("
        $url_2 = "msSaveOrOpenBlob("
        $url_3 = "msSaveBlob("
        $click = /\.\s*(click|dispatchEvent)\s*\(|\.\s*download\s*=/
    condition:
        filesize < 32MB and $data and any of ($decode_*) and any of ($url_*) and $click
}

rule page_asks_to_paste_command
{
    meta:
        id = "RG-HTA-0003"
        description = "Page that puts a command on the clipboard and asks the reader to run it"
        description_ja = "コマンドをクリップボードに入れ、読者に実行させるページ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1204/004/"
        date = "2026-11-24"
        false_positives = "Instructions for the installation of honest tools"
    strings:
        $command = /\b(powershell|pwsh|mshta|cmd(\.exe)?\s{1,3}\/c|curl|msiexec)(\.exe)?\s[^\n<]{0,200}(https?:\/\/|-enc?\b|hidden|\biex\b|\birm\b)/ nocase
        $copy = /clipboard\s*\.\s*writeText\s*\(|execCommand\s*\(\s*["']copy["']/ nocase
        $ask = /(Win(dows)?(\s?key)?\s?(<[^>]{1,20}>\s?)?\+\s?(<[^>]{1,20}>\s?)?["']?R\b|Windows<\/\w{1,8}>[^\n]{0,40}\bR<|\bRun dialog\b)/ nocase
        $pretext_1 = "not a robot"
        $pretext_2 = "verification"
        $pretext_3 = "Verification"
        $pretext_4 = "captcha"
        $pretext_5 = "CAPTCHA"
        $pretext_6 = "are human"
    condition:
        filesize < 4MB and $command and $copy and $ask and any of ($pretext_*)
}

rule script_component_starts_program
{
    meta:
        id = "RG-HTA-0004"
        description = "Windows script component that starts a program"
        description_ja = "プログラムを起動する Windows スクリプトコンポーネント"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1218/010/"
        date = "2026-11-24"
        false_positives = "Old administration tools"
    strings:
        $component_1 = "<scriptlet>" nocase ascii wide
        $component_2 = "<component " nocase ascii wide
        $component_3 = "<component>" nocase ascii wide
        $component_4 = "<package>" nocase ascii wide
        $registration = /<registration\b|<\?XML\s+version|<job\b/ nocase ascii wide
        $object_1 = "(\"WScrip\x74.Shell\")" nocase ascii wide
        $object_2 = "('WScrip\x74.Shell')" nocase ascii wide
        $object_3 = "(\"Shell.Ap\x70lication\")" nocase ascii wide
        $object_4 = "('Shell.Ap\x70lication')" nocase ascii wide
        $run = /\.(Run|ShellExecute)\b[\s("'][^\r\n]{0,160}(powershell|\bcmd\b|mshta|rundll32|regsvr32|certutil|wscript|\.exe\b)/ nocase ascii wide
    condition:
        filesize < 1MB and any of ($component_*) and $registration and any of ($object_*) and $run
}

rule style_sheet_runs_script
{
    meta:
        id = "RG-HTA-0005"
        description = "Style sheet whose script starts a program"
        description_ja = "スクリプトでプログラムを起動するスタイルシート"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1220/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $sheet = /<(xsl:)?stylesheet\b/ nocase ascii wide
        $script = /<(ms|msxsl):script\b/ nocase ascii wide
        $run_1 = "WScrip\x74.Shell" nocase ascii wide
        $run_2 = "Shell.Ap\x70lication" nocase ascii wide
        $run_3 = "Proces\x73.Start" nocase ascii wide
        $run_4 = "msxml2.\x78mlhttp" nocase ascii wide
    condition:
        filesize < 1MB and $sheet and $script and any of ($run_*)
}

rule page_makes_program_for_download
{
    meta:
        id = "RG-HTA-0006"
        description = "Page that makes a file of a kind that runs, out of bytes in its script, and hands it over as a download"
        description_ja = "スクリプト内のバイト列から実行形式のファイルを作り、ダウンロードさせるページ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/006/"
        date = "2026-11-26"
        false_positives = "Pages that build a program for the person who asks for it"
    strings:
        $name = /\b(download|suggestedName|file[n]ame)\b["\x27]?\s{0,4}[=:,]\s{0,4}["\x27`][^"\x27`\n]{1,120}\.(exe|scr|msi|iso|img|vhdx?|lnk|hta|jse?|vb[es]|wsf|bat|cmd|ps1|one|library-ms|msc|appx|msix|dmg|pkg)["\x27`]/ nocase ascii wide
        $make_1 = "createObjectURL(" ascii wide
        $make_2 = "msSaveOrOpenBlob(" ascii wide
        $make_3 = "showSaveFilePicker(" ascii wide
        $bytes_1 = "Uint8Array" ascii wide
        $bytes_2 = "atob(" ascii wide
        $bytes_3 = "fromCharCode(" ascii wide
    condition:
        filesize < 32MB and $name and any of ($make_*) and any of ($bytes_*)
}

rule page_asks_to_paste_into_run_dialog
{
    meta:
        id = "RG-HTA-0007"
        description = "Page that fills the clipboard and asks the reader to paste it where commands are run"
        description_ja = "クリップボードに書き込み、コマンドの実行欄に貼り付けさせるページ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1204/004/"
        date = "2026-11-26"
        false_positives = "Instructions for the installation of honest tools"
    strings:
        $copy = /clipboard\s*\.\s*writeText\s*\(|execCommand\s*\(\s*["\x27]copy["\x27]|clipboardData\s*\.\s*setData\s*\(/ nocase
        $ask = /(Win(dows)?(\s?key)?\s?(<[^>]{1,20}>\s?)?\+\s?(<[^>]{1,20}>\s?)?["\x27]?R\b|Windows<\/\w{1,8}>[^\n]{0,40}\bR<|\bRun dialog\b|ファイル名を指定して実行)/ nocase
        $paste = /\bCtrl(<[^>]{1,20}>\s?)?\s?\+\s?(<[^>]{1,20}>\s?)?V\b/ nocase
        $pretext_1 = /not a robot|are human|captcha|verif(y|ication)/ nocase
        $pretext_2 = "ロボットではありません"
        $pretext_3 = "人間であることを"
    condition:
        filesize < 4MB and $copy and $ask and $paste and any of ($pretext_*)
}
