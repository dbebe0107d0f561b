// secrets/private-keys.yar: see ../README.md for the metadata of each rule.

rule private_key_in_clear
{
    meta:
        id = "RG-SEC-0001"
        description = "A private key in the clear"
        description_ja = "平文の秘密鍵"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/004/"
        date = "2026-11-24"
        false_positives = "Test keys of libraries"
    strings:
        $a = /[-]{5}BEGIN ((RSA|EC|DSA|OPENSSH) )?PRIVATE KEY-----\r?\n[A-Za-z0-9+\/=:,\- \r\n]{100}/
        $b = /[-]{5}BEGIN PGP PRIVATE KEY BLOCK-----\r?\n[^-]{200}/
    condition:
        any of them
}

rule putty_private_key_in_clear
{
    meta:
        id = "RG-SEC-0002"
        description = "A PuTTY private key in the clear"
        description_ja = "平文の PuTTY 秘密鍵"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/004/"
        date = "2026-11-24"
        false_positives = "Test keys of libraries"
    strings:
        $head = /PuTTY-User-Key-File-[23]:\s?(ssh-|ecdsa-)/
        $clear = /Encryption:\s?none\r?\n/
        $private = /Private-Lines:\s?[0-9]{1,3}\r?\n[A-Za-z0-9+\/=]{20}/
    condition:
        all of them
}

rule cloud_service_account_key
{
    meta:
        id = "RG-SEC-0003"
        description = "Key file of a cloud service account"
        description_ja = "クラウドのサービスアカウント鍵ファイル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/001/"
        date = "2026-11-24"
        false_positives = "Test keys of libraries"
    strings:
        $type = /"type"\s*:\s*"service_account"/
        $key = /"private_key"\s*:\s*"-----BEGIN (RSA )?PRIVATE KEY-----\\n[A-Za-z0-9+\/=\\]{100}/
        $mail = /"client_email"\s*:\s*"[^"\n]{3,120}\.gserviceaccount\.com"/
    condition:
        all of them
}
