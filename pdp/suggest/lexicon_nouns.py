"""Nouns of tool names: what a resource is called, and which resources make a verb graver. Data only."""

from __future__ import annotations

from collections.abc import Mapping

from pdp.suggest.words import word_set

SYNONYMS: Mapping[str, str] = {
    "mail": "email",
    "gmail": "email",
    "inbox": "email",
    "mailbox": "email",
    "directory": "folder",
    "dir": "folder",
    "repo": "repository",
    "pr": "pull_request",
    "pull": "pull_request",
    "msg": "message",
    "sms": "message",
    "doc": "document",
    "calendar": "calendar",
    "img": "image",
    "photo": "image",
    "picture": "image",
    "webpage": "web_page",
    "website": "web_page",
    "page": "page",
    "db": "database",
    "appt": "appointment",
    "txn": "transaction",
    "restaurants": "restaurant",
    "vm": "instance",
    "env": "environment",
    "acct": "account",
    "info": "information",
}
"""One word for one kind of thing in every server."""

FILLERS = word_set(
    "a an the of by for to from in into on onto at with within without and or then via per as all any most "
    "least top my your our me it its this that current recent latest new old last next previous first many "
    "multiple single one two bulk batch batches now today raw full available unread scheduled pending "
    "upcoming active api mcp tool v1 v2 v3 free random specific given public private external internal remote "
    "local tell if not using based whether more less some each every both other another nearest nearby "
    "similar related popular trending own shared joined received sent starred deleted archived"
)
"""Words of a name that name no resource."""

BREAKS = word_set("by for to from in into on onto at with within via per of using under as based about against")
"""Words after which a name says where or how, not what."""

VAGUE = word_set(
    "information info detail details data list item record content status history name names result metadata "
    "summary value entry object thing property attribute element text body number count id ids set batch one "
    "contents"
)
"""Nouns that name a part or a form of what stands before them."""

MONEY = word_set(
    "payment transfer transaction payout refund charge money fund cash deposit withdrawal remittance donation "
    "tip standing debit stock trade crypto cryptocurrency bitcoin ether salary payroll wage purchase wire "
    "settlement stake share_order bet loan mortgage credit bill dividend giftcard"
)
MONEY_IS_PAPER = word_set(
    "link method request term reminder plan profile form page button statement receipt status note category "
    "label budget report schedule_report limit history alert rule notification webhook tag"
)
"""Heads that make a thing about money of what would be a payment: `create_payment_link`."""

ORDERS = word_set("order purchase trade stock")
BOOKED = word_set(
    "flight hotel ticket car train trip tour stay rental accommodation cruise bus ride taxi cab vacation "
    "holiday seat package_tour apartment room lodging villa ferry"
)
"""What costs money once it is booked."""

RIGHTS = word_set(
    "user member role permission privilege access password passphrase credential secret policy admin acl scope "
    "setting settings config configuration schema table column index migration firewall security mfa 2fa sso "
    "certificate cert passkey firmware bootloader dns collaborator owner ownership quota flag variable iam tenant "
    "license group membership rule whitelist allowlist blocklist trigger cron crontab extension plugin "
    "integration webhook parameter employee token authorization authentication administrator rights visibility "
    "protection limit restriction identity provider"
)
"""Resources whose change changes what others may do."""
RIGHTS_MADE_ONLY_BY_CHANGE = word_set("group index rule limit schema parameter flag webhook integration column license")
"""Of these, making a new one adds no right by itself."""
CREDENTIALS = word_set("token credential secret key certificate cert password passkey")
"""What lets in whoever has it."""
CLIENT_KINDS = word_set("oauth oauth2 oidc openid saml api service machine")
"""What makes an `application`, `app`, `client`, `account` or `principal` something that lets programs in."""
KEY_KINDS = word_set(
    "api deploy ssh access encryption secret public signing gpg kms license host sdk private master root service"
)
"""What makes a `key` a credential."""

TALK = word_set(
    "comment reply review post tweet message announcement notification invitation invite sms story status_update"
)
"""What others are shown once it is made."""

PEOPLE_ARGUMENTS = word_set(
    "participant participants attendee attendees invitee invitees guest guests recipient recipients cc bcc to "
    "notify watchers subscribers"
)
"""Arguments that name people who hear of it."""

FILES = word_set(
    "file folder directory document image video audio archive backup object blob attachment disk drive "
    "notebook log spreadsheet repository git filesystem path symlink pdf"
)

PURELY_OURS = word_set("balance time date day clock timezone iban quota uptime version capability limit now datetime")
"""What only the server itself writes."""

OWN_PROFILE = word_set("me whoami profile user account information preference")
"""What is ours where no argument says whose."""

OUTSIDE_WRITTEN = word_set(
    "email message review comment post web_page webpage website page file document attachment ticket issue "
    "pull_request note event transcript article news feed thread channel conversation form response survey "
    "search web image log description profile listing product tweet invitation transaction history submission "
    "code commit repository folder result"
)
"""What outsiders write, wholly or in part."""

RECORD_FIELDS: Mapping[str, tuple[str, ...]] = {
    "email": ("id", "id_", "email_id", "sender", "from", "recipients", "to", "cc", "bcc", "date", "timestamp"),
    "message": ("id", "sender", "from", "recipient", "to", "channel", "timestamp", "ts"),
    "event": ("id", "id_", "event_id", "start_time", "end_time", "organizer", "participants", "attendees"),
    "transaction": ("id", "sender", "recipient", "amount", "currency", "date", "iban", "account", "recurring"),
    "payment": ("id", "sender", "recipient", "amount", "currency", "date", "iban", "account", "status"),
    "contact": ("id", "name", "email", "phone", "phone_number", "address"),
    "user": ("id", "email", "username", "phone", "phone_number"),
    "employee": ("id", "email", "username", "phone"),
    "customer": ("id", "email", "phone", "customer_id"),
    "file": ("id", "id_", "file_id", "path", "owner", "size", "last_modified", "shared_with"),
    "folder": ("id", "path", "owner", "size"),
    "issue": ("id", "number", "state", "author", "assignee", "assignees"),
    "pull_request": ("id", "number", "state", "author", "reviewers", "head.sha"),
    "ticket": ("id", "status", "requester", "requester_id", "assignee", "assignee_id"),
    "invoice": ("id", "customer", "customer_id", "amount", "total", "currency", "due_date", "status", "iban"),
    "order": ("id", "customer_id", "total", "currency", "status", "date"),
    "booking": ("id", "booking_id", "status", "date", "start_date", "end_date", "price", "total"),
    "hotel": ("id", "hotel_id", "name", "address", "price", "rating", "price_per_night"),
    "flight": ("id", "flight_number", "price", "origin", "destination", "departure_time", "arrival_time"),
    "product": ("id", "name", "product_id", "sku", "price", "currency", "stock"),
    "restaurant": ("id", "name", "address", "rating", "phone"),
    "account": ("id", "account_id", "iban", "account_number", "balance", "currency"),
}
"""Structured fields that records of a kind usually have; what they hold is an id, an address, a number or a date."""

RECORDS_WE_KEEP = word_set("transaction payment contact user employee account")
"""Kinds of records whose fields the server's own people or its own bookkeeping choose."""
