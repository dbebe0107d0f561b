// install-hooks/python.yar: see ../README.md for the metadata of each rule.

rule setup_py_fetches_and_runs
{
    meta:
        id = "RG-INS-0001"
        description = "setup.py that fetches code from the network and runs it during installation"
        description_ja = "導入時にネットワークから取得したコードを実行する setup.py"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/002/"
        date = "2026-11-24"
        false_positives = "None known in published packages that were looked at"
    strings:
        $setup = /\bsetup\s*\(/
        $run = /\b(exec|eval)\s*\(\s*(compile\s*\(\s*)?([\w.]{1,40}\.)?(urlopen|get)\s*\(\s*["']https?:/
    condition:
        all of them
}

rule setup_py_hook_starts_network_tool
{
    meta:
        id = "RG-INS-0002"
        description = "setup.py whose installation step starts a downloading, hidden or encoded command"
        description_ja = "導入時に取得・隠蔽・符号化されたコマンドを起動する setup.py"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/001/"
        date = "2026-11-24"
        false_positives = "None known in published packages that were looked at"
    strings:
        $hook_1 = "(install):"
        $hook_2 = "(develop):"
        $hook_3 = "(egg_info):"
        $hook_4 = "(build_py):"
        $hook_5 = "(build_ext):"
        $hook_6 = "(sdist):"
        $hook_7 = "(bdist_wheel):"
        $hook_8 = "(install_lib):"
        $hook_9 = ".install):"
        $hook_10 = ".develop):"
        $hook_11 = ".egg_info):"
        $hook_12 = ".build_py):"
        $hook_13 = ".build_ext):"
        $hook_14 = "(editable_wheel):"
        $run = /\b(os\.(system|popen)|subprocess\.(Popen|call|run|check_output|check_call|getoutput))\s*\(\s*\[?\s*[frb]{0,2}["'](sudo\s+|cmd(\.exe)?\s+\/c\s+|(ba|z|da)?sh\s+-c\s+)?(curl|wget|powershell|mshta|certutil|bitsadmin|nc|ncat)\b/
    condition:
        filesize < 512KB and any of ($hook_*) and $run
}

rule setup_py_reports_host
{
    meta:
        id = "RG-INS-0003"
        description = "setup.py that sends names of the machine and its user away during installation"
        description_ja = "導入時に機器名や利用者名を外部へ送信する setup.py"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/001/"
        date = "2026-11-24"
        false_positives = "None known in published packages that were looked at"
    strings:
        $setup_1 = "from setuptools import"
        $setup_2 = "import setuptools"
        $setup_3 = "from distutils.core import"
        $hook = /\bcmdclass\b/
        $host_1 = "socket.gethostname"
        $host_2 = "platform.node"
        $host_3 = "platform.uname"
        $host_4 = "os.uname("
        $user_1 = "getpass.getuser"
        $user_2 = "os.getlogin"
        $user_3 = "os.environ"
        $user_4 = "os.getcwd"
        $send_1 = "reques\x74s.get("
        $send_2 = "request\x73.post("
        $send_3 = "reques\x74s.put("
        $send_4 = "urlo\x70en("
        $send_5 = "HTTPCon\x6eection("
        $send_6 = "HTTPSCon\x6eection("
        $send_7 = "urlret\x72ieve("
        $send_8 = "httpx\x2eget("
        $send_9 = "httpx\x2epost("
    condition:
        filesize < 512KB and any of ($setup_*) and $hook and any of ($host_*) and any of ($user_*) and any of ($send_*)
}

rule build_back_end_starts_network_tool
{
    meta:
        id = "RG-INS-0004"
        description = "Python build back end or build hook that starts a downloading or encoded command"
        description_ja = "取得・符号化されたコマンドを起動する Python のビルド処理"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/001/"
        date = "2026-11-24"
        false_positives = "None known in published packages that were looked at"
    strings:
        $hook = /\b(BuildHookInterface|def\s+(build_wheel|build_sdist|build_editable|get_requires_for_build_wheel|prepare_metadata_for_build_wheel|pdm_build_initialize)\s*\()/
        $run = /\b(os\.(system|popen)|subprocess\.(Popen|call|run|check_output|check_call|getoutput))\s*\(\s*\[?\s*[frb]{0,2}["'](sudo\s+|cmd(\.exe)?\s+\/c\s+|(ba|z|da)?sh\s+-c\s+)?(curl|wget|powershell|mshta|certutil|bitsadmin|nc|ncat)\b/
        $exec = /\bexec\s*\(\s*(compile\s*\(\s*)?([\w.]{1,40}\.)?(urlopen|b64decode|b85decode|decompress|fromhex|get)\s*\(/
    condition:
        filesize < 512KB and $hook and any of ($run, $exec)
}
