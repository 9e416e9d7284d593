"""Words with which a mail ends: greetings, advertisements of phones and apps, and the lawyers' last paragraph."""

from __future__ import annotations

# What phones and apps write under a mail. {} stands for the device or program, at most five words.
SENT_FROM = (
    "sent from {}", "sent via {}", "sent with {}", "sent using {}", "sent by {}", "get outlook for {}", "get {} for android",
    "von meinem {} gesendet", "von meiner {} gesendet", "gesendet von {}", "gesendet mit {}", "gesendet mit der {}", "gesendet über {}", "diese nachricht wurde von meinem {} gesendet",
    "verstuurd vanaf {}", "verzonden vanaf {}", "verzonden met {}", "verstuurd met {}", "verzonden via {}", "verzonden vanuit {}", "verstuurd vanuit {}", "verstuurd via {}",
    "gestuur vanaf {}", "gestuur van {}", "gestuur met {}", "van my {} gestuur", "vanaf my {} gestuur", "vanaf my {} gestuur",
    "envoyé de mon {}", "envoyé depuis {}", "envoyé à partir de {}", "envoyé avec {}", "envoyé via {}", "envoyé par {}", "télécharger outlook pour {}",
    "enviado desde {}", "enviado con {}", "enviado do {}", "enviado de {}", "enviado a partir do {}", "enviado via {}",
    "enviado através do {}", "enviado pelo {}", "obter o outlook para {}", "obtener outlook para {}", "inviato da {}", "inviato con {}", "scarica outlook per {}",
    "sendt fra {}", "sendt via {}", "skickat från {}", "skickat via {}", "lähetetty {}", "wysłane z {}", "wysłano z {}",
    "odesláno z {}", "отправлено с {}", "отправлено из {}", "надіслано з {}", "{}から送信", "发自我的{}", "从我的 {} 发送", "나의 {}에서 보냄",
    "{}'dan gönderildi", "{}'ımdan gönderildi", "downloaden {} voor android", "outlook voor {} downloaden", "outlook für {} herunterladen", "holen sie sich outlook für {}", "ithunyelwe kusuka ku-{}", "ithunyelwe nge-{}",
    "gửi từ {}",
    "sent by my {}", "sent on the go from {}", "sent with spark", "sent with aqua mail {}", "outlook for {}", "outlook voor {}", "gestuur vanaf outlook vir {}", "kry outlook vir {}",
    "gesendet mit meinem {}", "diese mail wurde von meinem {} gesendet", "mobil gesendet", "von unterwegs gesendet", "von meinem mobiltelefon gesendet", "verzonden uit {}", "met mijn {} verzonden", "dit bericht is verzonden met {}",
    "stuur vanaf my {}", "gestuur deur my {}", "gestuur via {}", "gestuur vanuit {}", "envoyé à l'aide de {}", "envoyé à partir d'{}", "envoyé d'{}", "obtenir outlook pour {}", "obtenez outlook pour {}", "message envoyé depuis {}", "provenance : courrier pour {}",
    "enviado mediante {}", "enviado por {}", "enviado através de {}", "enviada do {}", "enviado a través de {}", "enviado a partir de {}", "mensagem enviada do {}", "inviata da {}", "inviato dal {}", "inviato tramite {}", "inviato dall'{}", "ottieni outlook per {}",
    "scarica outlook per {}", "wysłane za pomocą {}", "wysłano za pomocą {}", "wysłane przy użyciu {}", "wysłane przez {}", "pobierz program outlook dla {}", "pobierz aplikację outlook dla {}", "skickat med {}", "skickades från {}", "skickat från min {}", "hämta outlook för {}", "sendt med {}", "sendt fra min {}", "hent outlook til {}", "hent outlook for {}",
    "få outlook til {}", "få outlook for {}", "skaff deg outlook for {}", "hanki outlook {}", "odesláno z mého {}", "odesláno pomocí {}", "získat outlook pro {}", "získejte outlook pro {}", "{} készülékemről küldve", "{}-omról küldve", "{}-ról küldve", "{}-ről küldve", "elküldve {}", "az outlook beszerzése {}", "trimis de pe {}", "trimis din {}", "trimis cu {}",
    "trimis de la {}", "obțineți outlook pentru {}", "отправлено через {}", "отправлено с помощью {}", "получить outlook для {}", "скачать outlook для {}", "отримати outlook для {}", "надіслано із {}", "надіслано через {}", "надіслано за допомогою {}", "відправлено з {}", "відправлено за допомогою {}", "{}'umdan gönderildi", "{}'imden gönderildi", "{} cihazımdan gönderildi",
    "{}'den gönderildi", "{} uygulamasından gönderildi", "outlook'u {} için edinin", "{} için outlook uygulamasını edinin", "στάλθηκε από {}", "στάλθηκε με {}", "εστάλη από {}", "λήψη του outlook για {}", "{}から送信されました", "{}を使用して送信", "{}のoutlookを入手", "发送自我的{}", "发自{}", "从{}发送", "從我的{}傳送",
    "從{}傳送", "傳送自{}", "获取适用于 {} 的 outlook", "下载适用于{}的 outlook", "내 {}에서 보냄", "{}에서 보냄", "{}에서 보낸", "{}용 outlook 다운로드", "{}용 outlook 받기", "أُرسلت من {}", "أرسلت من {}", "تم الإرسال من {}", "أُرسل من {}", "مرسل من {}", "الحصول على outlook لـ {}",
    "נשלח מ{}", "נשלח מה{}", "נשלח באמצעות {}", "קבל את outlook עבור {}", "ithunyelwe nge{}", "ithunyelwe ngo{}", "ithunyelwe isuka ku{}", "kuthunyelwe kusuka ku{}", "ithunyelwe ku{}", "ithunyelwe kwi{}", "thola i-outlook ye{}",
)  # fmt: skip

# What may follow such a line as a second sentence: an excuse for the small keyboard, or more advertisement.
EXCUSES = (
    "brevity", "typo", "short reply", "get the app", "autocorrect", "spelling", "kürze", "tippfehler", "kortheid", "tikfout", "beknopt", "typefout", "brièveté",
    "concision", "fautes", "brevedad", "brevidade", "brevità", "zwięzłość", "korthed", "kortfattad", "kort", "lyhyt", "stručnost", "краткость", "лаконичность",
    "secure email", "encrypted mailbox", "search, organize, conquer", "more info", "terse",
)  # fmt: skip

# Lines of programs that look for viruses or sell themselves.
ADVERTS = (
    "virus-free", "virus free.", "virenfrei", "virusvrij", "sans virus", "libre de virus", "livre de vírus", "privo di virus", "virusfri", "bez wirusów", "без вирусов",
    "this email has been checked for viruses by", "this e-mail has been checked for viruses by", "this email has been scanned", "diese e-mail wurde von avast", "deze e-mail is gecontroleerd op virussen",
    "get the new aol app", "yahoo mail: search, organize, conquer", "skaff deg outlook", "hämta outlook", "hanki outlook", "pobierz outlook", "stáhnout outlook", "загрузить outlook",
    "obtenez outlook", "télécharger outlook", "laai outlook", "kry outlook", "thola i-outlook", "sent with proton mail", "sent with protonmail", "<#dab4fad8-2dd7-40bb-a1b8-4e2aa1f9fdf2>",
    "don't miss out on", "je t'envoie ce message depuis",
)  # fmt: skip

# How the paragraph of a program begins that looked a mail through on its way out; it goes on at any length.
SCANNED = (
    "this email has been scanned for", "this e-mail has been scanned for", "this message has been scanned for", "this email was scanned", "this e-mail was scanned", "hierdie e-pos is geskandeer", "deze e-mail is gescand",
    "diese e-mail wurde auf viren", "ce message a été analysé", "esta mensagem foi verificada", "este email foi verificado", "questo messaggio è stato analizzato", "este mensaje ha sido analizado",
)  # fmt: skip

# Greetings at the end; a whole short line that begins with one of them.
CLOSINGS = (
    "regards", "kind regards", "best regards", "warm regards", "with kind regards", "warmest regards", "best wishes", "yours sincerely", "yours faithfully", "yours truly", "sincerely",
    "cheers", "best", "all the best", "kr", "rgds", "brgds",
    "groete", "vriendelike groete", "beste groete", "met vriendelike groete", "die uwe", "hoogagtend", "geseënde dag",
    "groeten", "groet", "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groeten", "hartelijke groet", "hoogachtend", "mvg",
    "mit freundlichen grüßen", "mit freundlichem gruß", "mit freundlichen grüssen", "freundliche grüße", "freundliche grüsse", "viele grüße", "viele grüsse", "beste grüße", "liebe grüße", "herzliche grüße",
    "schöne grüße", "gruß", "grüße", "vg", "mfg", "lg", "hochachtungsvoll",
    "cordialement", "bien cordialement", "très cordialement", "bien à vous", "sincères salutations", "salutations", "meilleures salutations", "cdlt",
    "atenciosamente", "cumprimentos", "com os melhores cumprimentos", "melhores cumprimentos", "respeitosamente", "abraços", "abs", "att", "atte", "cordialmente",
    "saludos", "saludos cordiales", "un saludo", "un cordial saludo", "atentamente", "reciba un cordial saludo",
    "cordiali saluti", "distinti saluti", "saluti", "un cordiale saluto", "pozdrawiam", "z poważaniem", "z wyrazami szacunku",
    "med vänliga hälsningar", "vänliga hälsningar", "med vänlig hälsning", "hälsningar", "mvh", "med venlig hilsen", "venlig hilsen", "hilsen", "bedste hilsner",
    "med vennlig hilsen", "vennlig hilsen", "ystävällisin terveisin", "terveisin", "s pozdravem", "s přátelským pozdravem", "üdvözlettel", "tisztelettel",
    "cu stimă", "cu respect", "toate cele bune", "с уважением", "з повагою", "saygılarımla", "saygılarımızla", "iyi çalışmalar",
    "με εκτίμηση", "φιλικά", "よろしくお願いします", "よろしくお願いいたします", "以上", "此致", "مع أطيب التحيات", "مع التحية", "وتفضلوا بقبول فائق الاحترام", "בברכה", "בכבוד רב",
    "ozithobayo", "yimina ozithobayo", "yimi ozithobayo", "okhulekile", "ozithobileyo",
)  # fmt: skip

# Greetings that say something: a mail with nothing else is not empty.
THANKS = (
    "thanks", "thank you", "many thanks", "thanks and regards", "thanks & regards", "dankie", "baie dankie", "byvoorbaat dank", "bedankt", "alvast bedankt", "danke", "vielen dank", "merci", "merci d'avance", "obrigado", "obrigada", "gracias", "muchas gracias", "grazie", "dziękuję", "tack", "tak", "takk", "kiitos", "děkuji", "köszönettel", "mulțumesc", "спасибо", "дякую", "teşekkürler", "谢谢", "감사합니다", "תודה", "ngiyabonga", "siyabonga", "enkosi",
)  # fmt: skip

# How the line below a greeting names a way to reach somebody: "Tel: ...", "M: ...".
CARD_LABELS = (
    "tel", "telephone", "telefoon", "telefon", "telefone", "teléfono", "téléphone", "telefono", "phone", "ph", "cell", "cellphone", "sel", "selfoon", "mobile", "mobiel", "mob", "mobil", "celular",
    "móvil", "portable", "cellulare", "komórka", "gsm", "handy", "fax", "faks", "whatsapp", "skype", "email", "e-mail", "e-pos", "epos", "mail", "courriel", "correo", "web", "website", "webwerf", "site", "site web",
    "address", "adres", "adresse", "dirección", "endereço", "indirizzo", "office", "kantoor", "direct", "direk", "switchboard", "po box", "posbus", "postbus", "vat", "vat no", "btw", "reg", "reg no", "kvk", "siret", "ust-id",
    "linkedin", "facebook", "twitter", "instagram", "t", "m", "c", "f", "e", "w", "d", "o", "p", "a", "тел", "телефон", "моб", "сайт", "ucingo", "iselula", "電話", "电话", "전화", "tlf", "tfn", "puh", "mob.", "tel.",
)  # fmt: skip

# Words of the last paragraph that nobody reads. Three different ones make it one.
LEGAL = (
    ("confidential", "privileged", "vertroulik", "vertrouwelijk", "vertraulich", "confidentiel", "confidencia", "riservat", "poufn", "konfidentiell", "fortrolig", "luottamuksell", "důvěrn", "bizalmas",
     "confidențial", "конфиденциальн", "конфіденційн", "gizli", "εμπιστευτικ", "imfihlo", "mfihlo", "機密", "机密", "기밀", "سري", "חסוי"),
    ("intended recipient", "intended only for", "intended solely", "solely for", "addressee", "named recipient", "bedoelde ontvanger", "beoogde ontvanger", "beoogde geadresseerde", "geadresseerde", "uitsluitlik bedoel",
     "uitsluitend bestemd", "uitsluitend bedoeld", "der richtige adressat", "nur für den", "ausschließlich für", "bestimmten empfänger", "destinataire", "destinatári", "destinatari", "adresat", "mottagare", "modtager",
     "mottaker", "vastaanottaja", "adresát", "címzett", "destinatar", "адресат", "получател", "одержувач", "alıcı", "παραλήπτη", "hloselwe", "受信者", "收件人", "수신자", "المرسل إليه", "הנמען"),
    ("in error", "by mistake", "not the intended", "have received this", "per abuis", "verkeerdelik", "per ongeluk", "per vergissing", "ten onrechte", "abusievelijk", "irrtümlich", "versehentlich", "fehler",
     "par erreur", "por engano", "por erro", "por error", "per errore", "omyłkow", "av misstag", "ved en fejl", "ved en feil", "erehdyksessä", "vahingossa", "omylem", "tévedés", "din greșeală", "ошибочн", "по ошибке",
     "помилков", "yanlışlıkla", "λάθος", "ngephutha", "誤って", "误收", "잘못", "بطريق الخطأ", "בטעות"),
    ("notify the sender", "contact the sender", "inform the sender", "advise the sender", "notify us", "stel die sender", "afsender in kennis", "stel asseblief", "de afzender", "den absender", "informieren sie", "l'expéditeur", "remetente",
     "remitente", "mittente", "nadawc", "avsändaren", "afsenderen", "avsenderen", "lähettäj", "odesílatel", "feladó", "expeditor", "отправител", "відправник", "gönderen", "αποστολέα", "umthumeli", "送信者", "发件人", "발신자"),
    ("delete", "destroy", "vernietig", "verwyder", "te verwijderen", "verwijderen", "vernichten", "löschen", "détruire", "supprimer", "apague", "elimine", "eliminar", "elimíne", "eliminarl", "cancellarl", "distrugger", "usunąć", "usunięcie", "radera",
     "slet ", "slette", "poist", "smaž", "vymaž", "töröl", "ștergeți", "удалит", "видалі", "silin", "διαγράψ", "susa", "削除", "删除", "삭제", "حذف", "למחוק"),
    ("unauthorised", "unauthorized", "disclos", "copying", "distribution", "dissemination", "prohibited", "openbaarmaking", "verspreid", "ongemagtigde", "verbode", "verboden", "unbefugt", "weitergabe", "diffusion", "divulg", "divulga",
     "distribuição", "prohibid", "proibid", "vietat", "rozpowszechn", "spridning", "videregivelse", "levittäminen", "šíření", "terjeszt", "interzis", "распространен", "розповсюдж", "dağıtım", "yasak"),
    ("liability", "liable", "responsib", "aanspreeklik", "aansprakelijk", "haftung", "responsabil", "odpowiedzialno", "ansvar", "vastuu", "zodpovědn", "felelőss", "ответственност", "відповідальн", "sorumlu"),
    ("disclaimer", "legal notice", "vrywaring", "views or opinions", "views expressed", "this e-mail and any", "this email and any", "this message and any", "this communication", "hierdie e-pos", "hierdie boodskap", "deze e-mail", "dit e-mailbericht",
     "dit bericht", "diese e-mail", "diese nachricht", "ce message", "ce courriel", "cet e-mail", "esta mensagem", "este e-mail", "este mensaje", "este correo", "questo messaggio", "questa e-mail", "niniejsza wiadomość", "detta meddelande",
     "denne e-mail", "denne mail", "denne e-post", "tämä viesti", "tämä sähköposti", "tento e-mail", "tato zpráva", "ez az e-mail", "ez az üzenet", "acest mesaj", "acest e-mail", "это сообщение", "це повідомлення", "bu e-posta", "bu mesaj", "lo myalezo", "le imeyili"),
)  # fmt: skip

# How such a paragraph begins, when no greeting stands above it.
LEGAL_HEADS = (
    "disclaimer", "legal disclaimer", "legal notice", "confidentiality", "confidentiality notice", "important notice", "notice:", "vrywaring", "this e-mail", "this email", "this message", "this communication", "this transmission",
    "the information contained in", "the information in this", "the contents of this", "the content of this", "privileged", "hierdie e-pos", "hierdie boodskap", "die inligting in", "die inhoud van", "deze e-mail", "dit e-mail", "dit bericht", "de informatie in",
    "de inhoud van", "diese e-mail", "diese nachricht", "ce message", "ce courriel", "cet e-mail", "ce mail", "les informations contenues", "esta mensagem", "este e-mail", "este email", "as informações", "a informação contida", "aviso legal",
    "este mensaje", "este correo", "la información contenida", "questo messaggio", "questa e-mail", "le informazioni", "ai sensi", "niniejsza", "treść tej", "detta meddelande", "detta e-post", "denne e-mail", "denne mail", "denne e-post", "tämä viesti",
    "tämä sähköposti", "tento e-mail", "tato zpráva", "ez az e-mail", "ez az üzenet", "acest mesaj", "acest e-mail", "это сообщение", "данное сообщение", "настоящее сообщение", "це повідомлення", "bu e-posta", "bu mesaj", "lo myalezo", "le imeyili",
    "please consider the environment", "think before you print", "dink asseblief aan die omgewing", "denk aan het milieu", "bitte denken sie an die umwelt", "pensez à l'environnement", "antes de imprimir", "before printing",
)  # fmt: skip

# Words that only point at what is below them: then what is below is what the customer sends.
POINTERS = (
    "fyi", "f.y.i", "see below", "please see below", "see mail below", "see email below", "see the mail below", "see forwarded", "as below", "as per below", "please see the below", "please see attached and below", "sien onder", "sien hieronder",
    "sien asseblief onder", "sien asseblief hieronder", "ter inligting", "vir jou inligting", "zie onder", "zie hieronder", "zie onderstaand", "ter info", "ter informatie", "siehe unten", "s.u.", "s. u.", "zur info", "zur kenntnis", "zur information",
    "voir ci-dessous", "pour info", "pour information", "pvi", "ver abaixo", "veja abaixo", "segue abaixo", "para conhecimento", "para informação", "ver más abajo", "ver abajo", "para su información", "vedi sotto", "per conoscenza", "patrz poniżej",
    "se nedan", "se nedenfor", "katso alla", "viz níže", "lásd lent", "vezi mai jos", "см. ниже", "див. нижче", "aşağıya bakınız", "bheka ngezansi", "ngolwazi lwakho", "see my answers below", "my answers below", "answers below", "answers inline", "see inline",
    "my comments below", "see comments below", "sien my antwoorde", "zie mijn antwoorden", "siehe meine antworten", "antworten unten", "mes réponses ci-dessous", "respostas abaixo",
)  # fmt: skip
