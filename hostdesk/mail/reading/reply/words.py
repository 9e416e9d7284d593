"""Words by which clients introduce older mail, in the languages that customers' clients speak.

Collected from what Outlook, Gmail, Apple Mail, Thunderbird, Zimbra and web mailers write. One row per field of a
header block; the rules that use them stand in attributions.py and blocks.py.
"""

from __future__ import annotations

import re

# The field that begins a header block ("From: ...").
FROM = (
    "from", "van", "von", "de", "da", "fra", "från", "od", "od koho", "от", "від", "lähettäjä", "feladó", "kimden",
    "gönderen", "из", "差出人", "发件人", "寄件者", "寄件人", "보낸 사람", "보낸사람", "từ", "de la", "από", "expéditeur",
    "mittente", "remitente", "remetente", "absender", "afzender", "afsender", "avsändare", "kusuka", "odesílatel",
    "from mail", "expediteur", "enviado por",
    "dari", "nga", "vanaf", "od odesílatele", "sender", "de la", "din partea", "lähettäjältä", "من", "מאת", "מ", "kutoka", "da parte di",
    "afzender", "envoyé par", "gesendet von", "보낸이", "送信者", "送信元", "發件人", "寄件人", "від кого", "от кого", "odosielateľ", "nadawca",
    "pošiljatelj", "šalje", "från", "frá", "frå", "imthunywa", "ivela ku", "ivela",
)  # fmt: skip
SENT = (
    "sent", "date", "gesendet", "datum", "gestuur", "verzonden", "verstuur", "envoyé", "envoyé le", "envoye", "date d'envoi",
    "enviado", "enviada em", "enviado el", "enviado em", "fecha", "data", "inviato", "sendt", "dato", "skickat", "päiväys",
    "lähetetty", "wysłano", "wysłane", "data wysłania", "odesláno", "dátum", "elküldve", "küldve", "отправлено", "дата",
    "надіслано", "gönderildi", "gönderilme tarihi", "tarih", "送信日時", "送信", "日付", "发送时间", "日期", "寄件日期", "보낸 날짜",
    "날짜", "đã gửi", "ngày", "trimis", "στάλθηκε", "ημερομηνία", "ithunyelwe", "usuku", "gesendet am", "datum/uhrzeit",
    "time", "datum van verzending",
    "dată", "data trimiterii", "trimis la", "trimisă", "στάλθηκε", "εστάλη", "تم الإرسال", "التاريخ", "تاريخ", "נשלח", "תאריך", "dato sendt", "sendt den",
    "skickat den", "verzonden op", "datum verzonden", "gestuur op", "gesendet", "gesendet am", "wysłany", "wysłana", "odoslané", "poslano",
    "heure", "hora", "uhrzeit", "tid", "ontvangen", "발송일", "보낸날짜", "작성일", "送信日", "發送時間", "发送日期", "傳送時間",
    "дата отправки", "відправлено", "отправлен", "dikirim", "usuku lokuthumela", "lithunyelwe", "dag", "data de envio", "data d'invio", "fecha de envío",
)  # fmt: skip
TO = (
    "to", "an", "aan", "à", "a", "para", "al", "till", "til", "do", "komu", "кому", "vastaanottaja", "címzett", "kime", "宛先",
    "收件人", "收件者", "받는 사람", "받는사람", "đến", "tới", "către", "προς", "empfänger", "destinataire", "destinatario",
    "destinatário", "modtager", "kuya ku", "kuya", "ontvanger",
    "către", "catre", "إلى", "אל", "עבור", "kepada", "kwa", "do koho", "pro", "adresat", "αποδέκτης", "받는이", "收信人", "收件人", "受信者", "za", "prima",
    "mottagare", "mottaker", "odbiorca", "geadresseerde", "aan wie", "ya ku", "eya ku",
)  # fmt: skip
SUBJECT = (
    "subject", "betreff", "onderwerp", "onderwerp", "objet", "sujet", "asunto", "assunto", "oggetto", "emne", "ämne", "aihe",
    "temat", "předmět", "predmet", "tárgy", "тема", "konu", "件名", "主题", "主旨", "제목", "chủ đề", "tiêu đề", "subiect",
    "θέμα", "isihloko", "onderwerp van bericht",
    "الموضوع", "נושא", "הנושא", "subyek", "objeto", "titel", "rubrik", "otsikko", "naslov", "subject line", "betref", "vec", "věc", "主題", "標題",
    "제 목", "тема письма", "argomento", "sujet du message", "indaba", "okuphathelene",
)  # fmt: skip
OTHER = (
    "cc", "bcc", "kopie", "copie", "copia", "cópia", "kopi", "kopia", "kopio", "dw", "в копии", "копия", "копія", "bilgi", "抄送",
    "副本", "참조", "reply-to", "reply to", "antwort an", "antwoord aan", "répondre à", "responder a", "responder para",
    "rispondi a", "importance", "prioriteit", "priority", "wichtigkeit", "belangrikheid", "attachments", "anlagen", "bijlagen",
    "aanhangsels", "pièces jointes", "adjuntos", "anexos", "allegati", "organisation", "organization", "message-id", "resent-from",
    "resent-to", "resent-date", "sensitivity", "kopiekontakte", "auto forwarded by a rule", "mailed-by", "signed-by",
    "نسخة", "עותק", "másolat", "masolat", "cópia", "cópia para", "kopija", "kopie an", "kopie aan", "kopie naar", "with copy to", "afskrif", "antwoord-adres",
    "svar til", "svara till", "vastausosoite", "odpowiedz do", "odpovědět komu", "válaszcím", "ответить", "yanıtla", "返信先", "回复", "sent by",
    "please respond to", "importancia", "importância", "importanza", "dringlichkeit", "belang", "vertraulichkeit", "sensibilité", "κοιν.", "κοινοποίηση",
    "konu tarihi", "ikhophi", "copia nascosta", "cci", "bilagor", "liitteet", "vedhæftede filer", "vedlegg", "přílohy", "mellékletek", "załączniki",
    "вложения", "вкладення", "ekler", "添付ファイル", "附件", "첨부 파일", "المرفقات", "קבצים מצורפים", "συνημμένα", "atașamente",
)  # fmt: skip

# Verbs that end (or stand in) a line of attribution: "On ..., X wrote:".
WROTE = (
    "wrote", "writes", "has written", "said", "sent", "schrieb", "schreibt", "hat geschrieben", "geschrieben", "skryf", "het geskryf",
    "geskryf", "schreef", "schreven", "heeft geschreven", "het volgende geschreven", "a écrit", "écrit", "a ecrit", "écrivait",
    "escribió", "escribio", "ha escrito", "escreveu", "escrito", "ha scritto", "scrisse", "scritto", "skrev", "har skrivit",
    "har skrevet", "kirjoitti", "napisał", "napisał(a)", "napisała", "pisze", "napsal", "napsal(a)", "napísal", "írta", "ezt írta",
    "написал", "написал(а)", "пишет", "писал", "написав", "пише", "yazdı", "şunu yazdı", "đã viết", "a scris", "έγραψε", "wabhala",
    "ubhale", "wathi", "のメッセージ", "は書きました", "さんは書きました", "写道", "寫道", "님이 작성", "님이 씀", "wrote on", "napisao je",
    "je napisao", "va escriure", "parašė", "rakstīja", "kirjutas", "menulis", "написа",
    "kirjoittaa", "scris", "έγραψε", "έγραψαν", "va scriure", "schreef het volgende", "schreef het volgende bericht", "het geskrywe", "skryf het", "geskrywe",
    "a répondu", "répondit", "replied", "antwortete", "antwoordde", "antwoord", "respondeu", "respondió", "ha risposto", "svarade", "svarede", "svarte",
    "har skrivit följande", "skrev följande", "skrev følgende", "je napsal", "je napsal(a)", "napísal(a)", "napsala", "pisał", "pisał(a)", "napísala",
    "написала", "писала", "написал(-а)", "пише(ть)", "написав(ла)", "yazmış", "yazdı ki", "tarihinde yazdı", "dijo", "disse",
    "كتب", "كتبت", "כתב", "כתבה", "כתב/ה", "rašė", "schrieb folgendes", "het volgende geskryf", "ubhalile", "wabhala lokhu", "ubhale wathi", "wabhala wathi",
    "ezt írta", "a következőt írta", "following", "wrote the following",
)  # fmt: skip

# Words of separators such as "-----Original Message-----".
ORIGINAL = (
    "original message", "original appointment", "forwarded message", "forwarded by", "reply message", "original mail",
    "originalnachricht", "ursprüngliche nachricht", "ursprüngliche mail", "weitergeleitete nachricht", "original-nachricht",
    "originele bericht", "oorspronkelijk bericht", "oorspronkelijk e-mailbericht", "doorgestuurd bericht", "oorspronklike boodskap",
    "oorspronklike bericht", "aangestuurde boodskap", "aangestuurde bericht", "message d'origine", "message d’origine",
    "message original", "message transféré", "message transmis", "message initial", "mensaje original", "mensaje reenviado",
    "mensagem original", "mensagem encaminhada", "messaggio originale", "messaggio inoltrato", "oprindelig meddelelse",
    "oprindelig besked", "videresendt meddelelse", "opprinnelig melding", "videresendt melding", "ursprungligt meddelande",
    "originalmeddelande", "vidarebefordrat meddelande", "alkuperäinen viesti", "välitetty viesti", "wiadomość oryginalna",
    "oryginalna wiadomość", "przekazana wiadomość", "wiadomość przekazana", "původní zpráva", "přeposlaná zpráva",
    "eredeti üzenet", "továbbított üzenet", "исходное сообщение", "пересылаемое сообщение", "переадресоване повідомлення",
    "оригінальне повідомлення", "özgün ileti", "orijinal mesaj", "iletilen mesaj", "元のメッセージ", "原始邮件", "转发邮件",
    "原始郵件", "원본 메시지", "전달된 메시지", "thư gốc", "mesaj original", "αρχικό μήνυμα", "umlayezo wokuqala",
    "umyalezo wokuqala", "umlayezo odlulisiwe",
    "forwarded mail", "original email", "original e-mail", "reply separator", "ursprüngliche e-mail", "originalmail", "weitergeleitete mail",
    "weitergeleitete e-mail", "oorspronkelijke e-mail", "doorgestuurde e-mail", "oorspronklike e-pos", "aangestuurde e-pos", "courriel original",
    "e-mail d'origine", "message réexpédié", "courriel transféré", "correo original", "correo reenviado", "mensagem reencaminhada", "mensagem reenviada",
    "e-mail original", "mail original", "messaggio inoltrato", "videresendt besked", "original meddelelse", "opprinnelig e-post", "videresendt e-post",
    "ursprungligt mejl", "ursprungligt e-postmeddelande", "vidarebefordrat mejl", "alkuperäinen sähköposti", "edelleenlähetetty viesti",
    "pierwotna wiadomość", "wiadomość źródłowa", "původní e-mail", "přeposlaný e-mail", "eredeti levél", "továbbított levél", "mesaj inițial",
    "mesajul original", "mesaj redirecționat", "mesaj înaintat", "оригинальное сообщение", "перенаправленное сообщение", "пересланное сообщение",
    "початкове повідомлення", "вихідне повідомлення", "пересланий лист", "переслане повідомлення", "orijinal ileti", "asıl mesaj", "özgün mesaj", "yönlendirilmiş mesaj",
    "yönlendirilen mesaj", "πρωτότυπο μήνυμα", "προωθημένο μήνυμα", "الرسالة الأصلية", "رسالة معاد توجيهها", "رسالة محولة", "הודעה מקורית", "הודעה שהועברה",
    "轉寄郵件", "转发的邮件", "轉寄的郵件", "原始信息", "原邮件", "原始訊息", "원본 이메일", "원본 메일", "전달된 이메일", "전달된 메일", "オリジナルメッセージ", "転送メッセージ",
    "転送されたメッセージ",
)  # fmt: skip

# Whole lines that begin a forwarded or quoted mail without any rule around them.
BEGINS = (
    "begin forwarded message", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail",
    "begin doorgestuurd bericht", "begin aangestuurde boodskap", "début du message réexpédié", "début du message transféré",
    "inicio del mensaje reenviado", "início da mensagem reenviada", "início da mensagem encaminhada",
    "inizio messaggio inoltrato", "start på videresendt besked", "vidarebefordrat brev", "forwarded message",
    "weitergeleitete nachricht", "doorgestuurd bericht", "mensaje reenviado", "mensagem encaminhada", "początek przekazywanej wiadomości",
    "начало переадресованного сообщения", "välitetty viesti alkaa", "videresendt melding",
    "begin van doorgestuurd bericht", "begin van aangestuurde boodskap", "aangestuurde boodskap", "message transféré", "mensaje reenviado", "inicio del mensaje reenviado",
    "início de mensagem reenviada", "início de mensagem encaminhada", "inicia mensagem reencaminhada", "início da mensagem reencaminhada", "messaggio inoltrato", "inizio del messaggio inoltrato", "begynnelsen på videresendt melding",
    "start på videresendt melding", "videresendt besked", "vidarebefordrat mejl", "börjar vidarebefordrat brev", "börja vidarebefordrat meddelande", "alku välitetty viesti", "välitetty viesti",
    "rozpoczęcie przekazanej wiadomości", "začátek přeposlané zprávy", "přeposlaná zpráva", "továbbított üzenet kezdete", "továbbított levél kezdete",
    "începutul mesajului redirecționat", "начало переадресованного письма", "начало пересылаемого сообщения", "початок переадресованого повідомлення",
    "початок пересланого повідомлення", "iletilen ileti başlangıcı", "yönlendirilmiş iletinin başlangıcı", "αρχή προωθημένου μηνύματος", "転送されたメッセージ", "以下は転送されたメッセージです", "下面是被转发的邮件", "以下是转发的邮件",
    "以下為轉寄的郵件", "전달된 메시지", "다음은 전달된 메시지입니다", "بداية الرسالة المُعاد توجيهها", "بداية الرسالة المعاد توجيهها", "תחילת ההודעה שהועברה", "ukuqala komlayezo odlulisiwe", "umlayezo odlulisiwe",
)  # fmt: skip

# Verbs that begin a line of attribution without a date: "Quoting X:", and how its other words may run.
QUOTING = (
    "quoting", "zitat von", "zitiere", "citeren van", "citerend", "citando", "citando a", "citing", "citation de", "selon", "cytowanie", "citerar", "citat",
    "citat från", "citat fra", "lainaus", "citace", "idézet", "citând", "цитирую", "цитирование", "цитую", "alıntı", "aanhaling van", "haal aan",
)  # fmt: skip

# A person's own words about who wrote: a client names somebody, a person says "you".
PRONOUNS = (
    "you", "i", "we", "he", "she", "they", "who", "somebody", "someone", "u", "jy", "jij", "je", "ek", "ons", "julle", "hy", "sy", "hulle", "ik", "wij", "hij",
    "ich", "wir", "sie", "du", "ihr", "vous", "nous", "tu", "j'ai", "ils", "elle", "você", "eu", "eles", "vocês", "usted", "ustedes", "yo", "nosotros",
    "lei", "io", "noi", "ni", "jag", "vi", "de", "jeg", "minä", "te", "ja", "ty", "вы", "ви", "я", "siz", "ben",
)  # fmt: skip

# What answers by itself and is quoted by hand: "The server wrote: ...".
NOT_PERSONS = (
    "server", "log", "logs", "error", "console", "terminal", "page", "browser", "screen", "system", "site", "website", "plugin", "wordpress", "plesk", "cpanel",
    "php", "mysql", "mariadb", "exim", "postfix", "dovecot", "apache", "nginx", "it", "fehler", "fout", "erreur", "erro", "bediener", "serveur", "servidor",
)  # fmt: skip

# What other desks write above the mail that they send: whatever stands below it is theirs.
ABOVE_THIS_LINE = (
    "above this line", "above the line", "oberhalb dieser zeile", "über dieser zeile", "überhalb dieser zeile", "boven deze lijn",
    "boven deze regel", "bo hierdie lyn", "bokant hierdie lyn", "bo hierdie reël", "au-dessus de cette ligne", "acima desta linha", "acima dessa linha", "por encima de esta línea",
    "encima de esta línea", "por encima de esta linea", "sopra questa linea", "sopra questa riga", "al di sopra di questa riga", "powyżej tej linii", "nad tą linią", "ovanför denna linje",
    "ovanför den här raden", "over denne linje", "over denne linjen", "tämän rivin yläpuolelle", "nad tento řádek", "nad tuto čáru", "e sor fölé", "ezen sor fölé", "deasupra acestei linii",
    "выше этой линии", "выше этой строки", "вище цієї лінії", "вище цього рядка", "bu satırın üstüne", "bu çizginin üzerine", "πάνω από αυτή τη γραμμή", "この線より上", "この行より上", "在此行上方", "在此線上方", "이 줄 위에",
    "이 선 위에", "فوق هذا السطر", "מעל שורה זו", "מעל לשורה זו", "ngenhla kwalo mugqa",
)  # fmt: skip

# Fields that only the source of a mail has: a person who pastes them shows a mail, and does not quote one.
SOURCE_FIELDS = (
    "received", "return-path", "delivered-to", "dkim-signature", "arc-seal", "arc-message-signature", "arc-authentication-results", "authentication-results",
    "received-spf", "mime-version", "content-type", "content-transfer-encoding", "x-spam-status", "x-spam-score", "x-mailer", "x-originating-ip", "user-agent",
    "envelope-to", "delivery-date", "x-received", "x-original-to", "x-failed-recipients", "auto-submitted", "reporting-mta", "final-recipient", "diagnostic-code",
    "x-google-smtp-source", "x-antiabuse", "x-php-originating-script", "x-php-script", "list-unsubscribe", "precedence", "references", "in-reply-to",
)  # fmt: skip

# Months, long and short, where they differ enough to matter; digits alone are found by pattern.
MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mrt", "mei", "okt", "des", "maart", "mär",
    "märz", "mai", "dez", "janv", "févr", "fev", "fév", "mars", "avr", "avril", "juin", "juil", "août", "aout", "déc", "ene", "abr",
    "ago", "set", "out", "dic", "gen", "mag", "giu", "lug", "ott", "maj", "lis", "paź", "paz", "wrz", "sie", "lip", "cze", "kwi", "lut",
    "sty", "gru", "янв", "фев", "мар", "апр", "мая", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек", "січ", "лют", "бер",
    "кві", "тра", "чер", "лип", "сер", "вер", "жов", "лис", "гру", "tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä",
    "elo", "syys", "loka", "marras", "joulu", "oca", "şub", "nis", "haz", "tem", "ağu", "eyl", "eki", "kas", "ara", "tháng", "úno",
    "bře", "dub", "kvě", "čer", "srp", "zář", "říj", "pro", "januwari", "masingana", "nhlolanja", "ndasa", "mbasa", "nhlaba",
    "nhlangulana", "ntulikazi", "ncwaba", "mandulo", "mfumfu", "lwezi", "zibandlela", "junie", "julie", "fe", "janu", "febh", "mash",
    "ephreli", "meyi", "septhemba", "okthoba", "disemba", "márc", "ápr", "máj", "jún", "júl", "szept",
    "ян", "янв", "марта", "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
    "ינו", "פבר", "מרץ", "מרס", "אפר", "מאי", "יוני", "יולי", "אוג", "ספט", "אוק", "נוב", "דצמ", "ιαν", "φεβ", "μαρ", "απρ", "μαΐ", "μαϊ", "μαι",
    "ιουν", "ιουλ", "αυγ", "σεπ", "οκτ", "νοε", "δεκ", "ian", "iun", "iul", "noi", "led", "bře", "října", "října", "pros", "listop", "červ", "května", "sept",
    "set", "nov", "junho", "julho", "marz", "agu", "jún", "júl", "lede", "srpna", "února", "gennaio", "grudnia", "marca", "maja", "eylül", "mayıs", "mart",
)  # fmt: skip


def any_of(words: tuple[str, ...]) -> str:
    """An alternation of these words, longest first, so that none hides a longer one."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))
