// shortcuts/windows-shortcuts.yar: see ../README.md for the metadata of each rule.

rule shortcut_runs_hidden_command
{
    meta:
        id = "RG-LNK-0001"
        description = "Windows shortcut that runs a hidden, encoded or downloading command"
        description_ja = "隠蔽・符号化された又は取得を行うコマンドを実行する Windows のショートカット"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-24"
        false_positives = "Shortcuts of administrators"
    strings:
        $tool_1 = "powershell" nocase ascii wide
        $tool_2 = "pwsh" nocase ascii wide
        $tool_3 = "cmd.exe" nocase ascii wide
        $tool_4 = "mshta" nocase ascii wide
        $tool_5 = "wscript" nocase ascii wide
        $tool_6 = "cscript" nocase ascii wide
        $tool_7 = "regsvr32" nocase ascii wide
        $tool_8 = "rundll32" nocase ascii wide
        $tool_9 = "certutil" nocase ascii wide
        $tool_10 = "bitsadmin" nocase ascii wide
        $tool_11 = "forfiles" nocase ascii wide
        $tool_12 = "conhost" nocase ascii wide
        $how = /(-w(indowstyle)? h|-enc(odedcommand)?\b|invoke-expression|\biex[ (]|https?:\/\/|FromBase64String|downloadstring|\biwr |\birm |javascript:|vbscript:|\.ShellExecute)/ nocase wide
    condition:
        uint32be(0) == 0x4c000000 and uint32be(4) == 0x01140200 and any of ($tool_*) and $how
}

rule shortcut_pads_its_arguments
{
    meta:
        id = "RG-LNK-0002"
        description = "Windows shortcut whose arguments begin with blanks that push them out of sight"
        description_ja = "空白で引数を画面外に押し出した Windows のショートカット"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/012/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $spaces = { 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 }
        $lines = { 0a 00 0a 00 0a 00 0a 00 0a 00 0a 00 0a 00 0a 00 0a 00 0a 00 0a 00 0a 00 0a 00 0a 00 0a 00 0a 00 }
        $returns = { 0d 00 0a 00 0d 00 0a 00 0d 00 0a 00 0d 00 0a 00 0d 00 0a 00 0d 00 0a 00 0d 00 0a 00 0d 00 0a 00 }
        $tabs = { 09 00 09 00 09 00 09 00 09 00 09 00 09 00 09 00 09 00 09 00 09 00 09 00 09 00 09 00 09 00 09 00 }
    condition:
        uint32be(0) == 0x4c000000 and uint32be(4) == 0x01140200 and any of them
}

rule shortcut_carries_data
{
    meta:
        id = "RG-LNK-0003"
        description = "Windows shortcut that is far larger than a shortcut needs to be"
        description_ja = "通常よりはるかに大きい Windows のショートカット"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/012/"
        date = "2026-11-24"
        false_positives = "None known"
    condition:
        uint32be(0) == 0x4c000000 and uint32be(4) == 0x01140200 and filesize > 512KB
}

rule shortcut_calls_foreign_server
{
    meta:
        id = "RG-LNK-0004"
        description = "Internet shortcut or library file that calls a server for its icon or content"
        description_ja = "アイコン等のためにサーバへ接続させるショートカット又はライブラリファイル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1187/"
        date = "2026-11-24"
        false_positives = "Shortcuts to a file server of the organisation"
    strings:
        $shortcut = /\[(InternetShortcut|Shell)\]/ nocase ascii wide
        $icon = /\bIconFile\s{0,3}=\s{0,3}\\\\[^\\\r\n]{1,120}\\/ nocase ascii wide
        $url = /\bURL\s{0,3}=\s{0,3}file:(\/\/)?(\/\/|\\\\)[^\\\/\r\n]{1,120}[\\\/@]/ nocase ascii wide
        $library = /<searchConnectorDescription\b|<libraryDescription\b/ nocase ascii wide
        $place = /<url>\s{0,3}(\\\\|https?:\/\/[^<]{1,200}@ssl|file:\/\/[^\/])/ nocase ascii wide
    condition:
        filesize < 64KB and (($shortcut and any of ($icon, $url)) or ($library and $place))
}

rule desktop_entry_runs_download
{
    meta:
        id = "RG-LNK-0005"
        description = "Linux desktop entry that runs what it downloads or decodes"
        description_ja = "取得・復元した内容を実行する Linux のデスクトップ項目"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1547/013/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $entry = "[Desktop Entry]"
        $exec = /\nExec\s{0,3}=[^\n]{0,240}((curl|wget)\s[^\n]{1,240}(\|\s*(ba|z|da)?sh\b|chmod\s)|base64\s+(-d|--decode)[^\n]{0,160}\|\s*(ba|z|da)?sh\b|xxd\s+-r|\/dev\/tcp\/)/
    condition:
        filesize < 64KB and all of them
}
