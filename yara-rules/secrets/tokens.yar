// secrets/tokens.yar: see ../README.md for the metadata of each rule.

rule cloud_access_key_pair
{
    meta:
        id = "RG-SEC-0004"
        description = "Access key of a cloud account together with its secret"
        description_ja = "クラウドのアクセスキーとその秘密鍵"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/001/"
        date = "2026-11-24"
        false_positives = "Invented tokens in documents and tests"
    strings:
        $id = /\b(AKIA|ASIA)[A-Z2-7]{16}\b/
        $example = /\b(AKIA|ASIA)[A-Z0-9]{9}EXAMPLE\b/
        $secret = /\baws_?secret_?(access_?)?key["']?\s{0,4}[=:]{1,2}\s{0,4}["']?[A-Za-z0-9\/+]{40}\b/ nocase
    condition:
        filesize < 4MB and $secret and #id > #example
}

rule code_host_token
{
    meta:
        id = "RG-SEC-0005"
        description = "Access token of a code host"
        description_ja = "コード管理サービスのアクセストークン"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/001/"
        date = "2026-11-24"
        false_positives = "Invented tokens in documents and tests"
    strings:
        $github = /\bgh[pousr]_[A-Za-z0-9]{36}\b/
        $fine = /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/
        $gitlab = /\bglpat-[A-Za-z0-9_-]{20}\b/
    condition:
        filesize < 16MB and any of them
}

rule package_registry_token
{
    meta:
        id = "RG-SEC-0006"
        description = "Publishing token of a package registry"
        description_ja = "パッケージレジストリの公開用トークン"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/001/"
        date = "2026-11-24"
        false_positives = "Invented tokens in documents and tests"
    strings:
        $npm = /\bnpm_[A-Za-z0-9]{36}\b/
        $pypi = /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50}/
        $npmrc = /:_authToken\s{0,2}=\s{0,2}[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/
    condition:
        filesize < 16MB and any of them
}

rule chat_service_token
{
    meta:
        id = "RG-SEC-0007"
        description = "Access token of a chat service"
        description_ja = "チャットサービスのアクセストークン"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/001/"
        date = "2026-11-24"
        false_positives = "Invented tokens in documents and tests"
    strings:
        $slack = /\bxox[bapr]-[0-9]{10,13}-[0-9]{10,13}-[A-Za-z0-9-]{20,40}\b/
        $hook = /hooks\.slack\.com\/services\/T[A-Z0-9]{8,11}\/B[A-Z0-9]{8,11}\/[A-Za-z0-9]{24}\b/
    condition:
        filesize < 16MB and any of them
}
