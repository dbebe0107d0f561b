// secrets/private-keys.yar: see ../README.md for the metadata of each rule.

rule private_key_in_clear
{
    meta:
        id = "RG-SEC-0001"
        description_en = "A private key in the clear"
        description_ja = "平文の秘密鍵"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "RFC 7468; contract clause 26-3(1), theft of secrets"
        date = "2026-11-23"
        false_positives = "Test keys of libraries"
    strings:
        $a = /-----BEGIN ((RSA|EC|DSA|OPENSSH) )?PRIVATE KEY-----\r?\n[A-Za-z0-9+\/=:,\- \r\n]{100}/
        $b = /-----BEGIN PGP PRIVATE KEY BLOCK-----\r?\n[^-]{200}/
    condition:
        any of them
}
