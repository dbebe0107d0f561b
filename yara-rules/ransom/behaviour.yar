// ransom/behaviour.yar: see ../README.md for the metadata of each rule.

rule recovery_prevented
{
    meta:
        id = "RG-RAN-0003"
        description = "Several commands that prevent the recovery of a system"
        description_ja = "システムの復旧を妨げる複数のコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1490/"
        date = "2026-11-24"
        false_positives = "Teaching material; rules of security products"
    strings:
        $a = /\bvssadmin(\.exe)?["']?\s{1,4}(delete|resize)\s{1,4}shadow/ nocase ascii wide
        $b = /\bwmic(\.exe)?["']?\s{1,4}shadowcopy\s{1,4}delete/ nocase ascii wide
        $c = /\bbcdedit(\.exe)?["']?\s[^\r\n]{0,40}recoveryenabled\s{1,4}no\b/ nocase ascii wide
        $d = /\bbcdedit(\.exe)?["']?\s[^\r\n]{0,40}bootstatuspolicy\s{1,4}ignoreallfailures/ nocase ascii wide
        $e = /\bwbadmin(\.exe)?["']?\s{1,4}delete\s{1,4}(catalog|systemstatebackup|backup)/ nocase ascii wide
        $f = /Win32_ShadowCopy[^\r\n]{0,80}(Delete\(|Remove-)/ nocase ascii wide
    condition:
        2 of them
}

rule shadow_copies_deleted_quietly
{
    meta:
        id = "RG-RAN-0004"
        description = "Command that deletes all shadow copies without asking"
        description_ja = "確認なしに全てのシャドウコピーを削除するコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1490/"
        date = "2026-11-24"
        false_positives = "Teaching material; rules of security products"
    strings:
        $a = /\bvssadmin(\.exe)?["']?\s{1,4}delete\s{1,4}shadows\s[^\r\n]{0,30}\/quiet/ nocase ascii wide
    condition:
        $a
}

rule python_encrypts_files_in_place
{
    meta:
        id = "RG-RAN-0005"
        description = "Python that encrypts the files of a folder tree, replaces them and speaks of payment"
        description_ja = "フォルダ内のファイルを暗号化して置き換え、支払に言及する Python"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1486/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $walk_1 = "os.walk("
        $walk_2 = "os.scandir("
        $walk_3 = ".rglob("
        $walk_4 = "glob.glob("
        $encrypt = /\b(Fernet\s*\(|AES\.new\s*\(|ChaCha20\w{0,12}\.?\w{0,5}\s*\(|Cipher\s*\(\s*algorithms\.)/
        $replace_1 = "os.re\x6dove("
        $replace_2 = "os.un\x6cink("
        $replace_3 = "os.re\x6eame("
        $replace_4 = "os.re\x70lace("
        $replace_5 = "shutil\x2emove("
        $replace_6 = ".unl\x69nk("
        $extension_1 = "'.locked'"
        $extension_2 = "\".locked\""
        $extension_3 = "'.encrypted'"
        $extension_4 = "\".encrypted\""
        $extension_5 = "'.crypted'"
        $extension_6 = "\".crypted\""
        $extension_7 = "'.crypt'"
        $extension_8 = "\".crypt\""
        $extension_9 = "'.enc'"
        $extension_10 = "\".enc\""
        $extension_11 = "'.ransom'"
        $extension_12 = "\".ransom\""
        $pay_1 = "bitcoin"
        $pay_2 = "Bitcoin"
        $pay_3 = " BTC"
        $pay_4 = "monero"
        $pay_5 = "Monero"
        $pay_6 = "ransom"
        $pay_7 = "RANSOM"
        $pay_8 = "DECRYPT_INSTRUCTIONS"
        $pay_9 = "README_FOR_DECRYPT"
    condition:
        filesize < 256KB and any of ($walk_*) and $encrypt and any of ($replace_*) and any of ($extension_*) and any of ($pay_*)
}

rule powershell_encrypts_files_in_place
{
    meta:
        id = "RG-RAN-0006"
        description = "PowerShell that encrypts the files of a folder tree and replaces them"
        description_ja = "フォルダ内のファイルを暗号化して置き換える PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1486/"
        date = "2026-11-24"
        false_positives = "Backup scripts"
    strings:
        $walk = /\b(Get-ChildItem|gci|dir)\b[^\n]{0,120}-Recurse/ nocase ascii wide
        $encrypt_1 = "Rijndae\x6cManaged" nocase ascii wide
        $encrypt_2 = "AesMa\x6eaged" nocase ascii wide
        $encrypt_3 = "AesCryptoSer\x76iceProvider" nocase ascii wide
        $encrypt_4 = "Cryptogr\x61phy.Aes]" nocase ascii wide
        $replace_1 = "Remove-Item" nocase ascii wide
        $replace_2 = "Rename-Item" nocase ascii wide
        $replace_3 = "Move-Item" nocase ascii wide
        $replace_4 = "IO.File]::Delete" nocase ascii wide
        $replace_5 = "IO.File]::Move" nocase ascii wide
        $extension_1 = ".locked\"" nocase ascii wide
        $extension_2 = ".locked'" nocase ascii wide
        $extension_3 = ".encrypted\"" nocase ascii wide
        $extension_4 = ".encrypted'" nocase ascii wide
        $extension_5 = ".crypted\"" nocase ascii wide
        $extension_6 = ".crypted'" nocase ascii wide
        $extension_7 = ".enc\"" nocase ascii wide
        $extension_8 = ".enc'" nocase ascii wide
    condition:
        filesize < 256KB and $walk and any of ($encrypt_*) and any of ($replace_*) and any of ($extension_*)
}

rule disk_or_system_destroyed
{
    meta:
        id = "RG-RAN-0007"
        description = "Command that destroys all files or the whole disk"
        description_ja = "全ファイル又はディスク全体を破壊するコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1485/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $a = /\brm\s{1,4}(-[rRf]{1,3}\s{1,4}){1,2}--no-preserve-root\s{1,4}\/(\s|$|[;&"'])/
        $b = /\bdd\s{1,4}if=\/dev\/(zero|urandom|random)\s{1,4}of=\/dev\/(sd[a-z]|nvme[0-9]n[0-9]|vd[a-z]|hda|mmcblk[0-9])\b[^\n]{0,80}&\s*(\n|disown|$)/
        $c = /\b(del|erase)\s{1,4}(\/[fsq]\s{1,4}){2,3}["']?(c:|%systemdrive%)\\(\*|windows)/ nocase
        $d = /\bcipher(\.exe)?\s{1,4}\/w:[a-z]:\\?[^\r\n]{0,20}[\r\n&]{1,4}[^\r\n]{0,60}(shutdown|format)\s/ nocase
    condition:
        filesize < 1MB and any of them
}
