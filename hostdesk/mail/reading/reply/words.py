"""Words by which clients introduce older mail, in the languages that customers' clients speak.

Collected from the locales of Outlook, Gmail, Apple Mail, Thunderbird, Zimbra and web mailers. One row per field
of a header block; the rules that use them stand in lines.py.
"""

from __future__ import annotations

import re

# The field that begins a header block ("From: ...").
FROM = (
    "from", "van", "von", "de", "da", "fra", "från", "od", "od koho", "от", "від", "lähettäjä", "feladó", "kimden",
    "gönderen", "из", "差出人", "发件人", "寄件者", "寄件人", "보낸 사람", "보낸사람", "từ", "de la", "από", "expéditeur",
    "mittente", "remitente", "remetente", "absender", "afzender", "afsender", "avsändare", "kusuka", "odesílatel",
    "from mail", "expediteur", "enviado por",
)  # fmt: skip
SENT = (
    "sent", "date", "gesendet", "datum", "gestuur", "verzonden", "verstuur", "envoyé", "envoyé le", "envoye", "date d'envoi",
    "enviado", "enviada em", "enviado el", "enviado em", "fecha", "data", "inviato", "sendt", "dato", "skickat", "päiväys",
    "lähetetty", "wysłano", "wysłane", "data wysłania", "odesláno", "dátum", "elküldve", "küldve", "отправлено", "дата",
    "надіслано", "gönderildi", "gönderilme tarihi", "tarih", "送信日時", "送信", "日付", "发送时间", "日期", "寄件日期", "보낸 날짜",
    "날짜", "đã gửi", "ngày", "trimis", "στάλθηκε", "ημερομηνία", "ithunyelwe", "usuku", "gesendet am", "datum/uhrzeit",
    "time", "datum van verzending",
)  # fmt: skip
TO = (
    "to", "an", "aan", "à", "a", "para", "al", "till", "til", "do", "komu", "кому", "vastaanottaja", "címzett", "kime", "宛先",
    "收件人", "收件者", "받는 사람", "받는사람", "đến", "tới", "către", "προς", "empfänger", "destinataire", "destinatario",
    "destinatário", "modtager", "kuya ku", "kuya", "ontvanger",
)  # fmt: skip
SUBJECT = (
    "subject", "betreff", "onderwerp", "onderwerp", "objet", "sujet", "asunto", "assunto", "oggetto", "emne", "ämne", "aihe",
    "temat", "předmět", "predmet", "tárgy", "тема", "konu", "件名", "主题", "主旨", "제목", "chủ đề", "tiêu đề", "subiect",
    "θέμα", "isihloko", "onderwerp van bericht",
)  # fmt: skip
OTHER = (
    "cc", "bcc", "kopie", "copie", "copia", "cópia", "kopi", "kopia", "kopio", "dw", "в копии", "копия", "копія", "bilgi", "抄送",
    "副本", "참조", "reply-to", "reply to", "antwort an", "antwoord aan", "répondre à", "responder a", "responder para",
    "rispondi a", "importance", "prioriteit", "priority", "wichtigkeit", "belangrikheid", "attachments", "anlagen", "bijlagen",
    "aanhangsels", "pièces jointes", "adjuntos", "anexos", "allegati", "organisation", "organization", "message-id", "resent-from",
    "resent-to", "resent-date", "sensitivity", "kopiekontakte", "auto forwarded by a rule", "mailed-by", "signed-by",
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
)  # fmt: skip

# Whole lines that begin a forwarded or quoted mail without any rule around them.
BEGINS = (
    "begin forwarded message", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail",
    "begin doorgestuurd bericht", "begin aangestuurde boodskap", "début du message réexpédié", "début du message transféré",
    "inicio del mensaje reenviado", "início da mensagem reenviada", "início da mensagem encaminhada",
    "inizio messaggio inoltrato", "start på videresendt besked", "vidarebefordrat brev", "forwarded message",
    "weitergeleitete nachricht", "doorgestuurd bericht", "mensaje reenviado", "mensagem encaminhada", "początek przekazywanej wiadomości",
    "начало переадресованного сообщения", "välitetty viesti alkaa", "videresendt melding",
)  # fmt: skip

# What phones and apps write under a mail. {} stands for the device or program, at most five words.
SENT_FROM = (
    "sent from {}", "sent via {}", "sent with {}", "sent using {}", "sent by {}", "get outlook for {}", "get {} for android",
    "von meinem {} gesendet", "von meiner {} gesendet", "gesendet von {}", "gesendet mit {}", "gesendet mit der {}", "gesendet über {}", "diese nachricht wurde von meinem {} gesendet",
    "verstuurd vanaf {}", "verzonden vanaf {}", "verzonden met {}", "verstuurd met {}", "verzonden via {}", "verstuurd via {}",
    "gestuur vanaf {}", "gestuur van {}", "gestuur met {}", "van my {} gestuur", "vanaf my {} gestuur", "vanaf my {} gestuur",
    "envoyé de mon {}", "envoyé depuis {}", "envoyé à partir de {}", "envoyé avec {}", "envoyé via {}", "envoyé par {}", "télécharger outlook pour {}",
    "enviado desde {}", "enviado con {}", "enviado do {}", "enviado de {}", "enviado a partir do {}", "enviado via {}",
    "enviado através do {}", "enviado pelo {}", "obter o outlook para {}", "obtener outlook para {}", "inviato da {}", "inviato con {}", "scarica outlook per {}",
    "sendt fra {}", "sendt via {}", "skickat från {}", "skickat via {}", "lähetetty {}", "wysłane z {}", "wysłano z {}",
    "odesláno z {}", "отправлено с {}", "отправлено из {}", "надіслано з {}", "{}から送信", "发自我的{}", "从我的 {} 发送", "나의 {}에서 보냄",
    "{}'dan gönderildi", "{}'ımdan gönderildi", "downloaden {} voor android", "outlook voor {} downloaden", "outlook für {} herunterladen", "holen sie sich outlook für {}", "ithunyelwe kusuka ku-{}", "ithunyelwe nge-{}",
    "gửi từ {}",
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
)  # fmt: skip


def any_of(words: tuple[str, ...]) -> str:
    """An alternation of these words, longest first, so that none hides a longer one."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))
