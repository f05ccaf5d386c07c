"""Verbs of tool names and descriptions, and what each means in the closed set of the catalog. Data only.

`STRICT` words are verbs wherever they stand. `LOOSE` words are nouns as often (`post`, `order`, `transfer`): they count as
verbs only where the name has no strict one, or at the head of a description.
"""

from __future__ import annotations

from collections.abc import Mapping

from pdp.suggest.words import word_set
from writ.action import Verb

_STRICT: Mapping[Verb, str] = {
    Verb.READ: (
        "concat concatenate pwd du df wc cd chdir uname hostname collect gather receive consult expand consume "
        "score trace transcribe suggest wait sleep solve think capture get read fetch retrieve show describe "
        "obtain lookup inspect summarize summarise analyze analyse calculate compute convert translate parse "
        "validate verify compare detect extract classify predict estimate explain preview diff stat cat "
        "whoami ping exists is has can monitor poll recall download count recommend determine view examine "
        "identify evaluate measure screenshot hover scroll peek decode encode format display research geocode "
        "introspect lookup visualize visualise benchmark"
    ),
    Verb.LIST: ("locate finder ps list search find browse enumerate ls grep glob discover scan select crawl scrape"),
    Verb.CREATE: (
        "design plot cp ln tar allocate define ensure establish populate replicate seed transcode remember "
        "memorize draw recreate create add insert generate make new compose prepare build duplicate clone "
        "save import register draft init initialize provision mkdir touch produce render compress unzip "
        "enroll enqueue ingest scaffold onboard login authenticate"
    ),
    Verb.UPDATE: (
        "rotate flip mv sed associate disassociate bind unbind connect disconnect encrypt decrypt "
        "acquire deprecate dispute extend finalize fulfill join leave optimize rebalance rebuild reconcile recover "
        "redirect redo reduce refuse reindex reorder repair revise rollback split unpublish escalate swipe "
        "inject update edit modify patch put rename append mark assign unassign set write overwrite replace "
        "upsert attach detach link unlink reschedule snooze restore undo revert increase decrease toggle "
        "adjust complete close reopen resolve archive unarchive pin unpin star unstar like unlike follow "
        "unfollow label tag sync merge rebase checkin unstage stage stash transition move relocate mute "
        "unmute react acknowledge accept decline reject subscribe unsubscribe vote upvote downvote bookmark "
        "reconnect emulate reassign reparent relabel annotate untag unlabel unset unmap merge squash cherry rewind "
        "undelete untrash hibernate wake requeue rehydrate retarget "
        "enter favorite pause resume play skip dim unreact fill finish confirm switch correct fix change crop "
        "resize prescribe rsvp seek hide unhide reset dequeue moderate waive postpone defer prolong shorten rearrange reword "
        "logout retitle redact substitute nominate excuse throttle commission"
    ),
    Verb.SEND: (
        "curl wget scp rsync give remind propose ship send publish notify tweet retweet reply forward "
        "broadcast invite dispatch deliver upload submit respond announce dm whisper transmit navigate goto "
        "push share unveil relay propagate distribute resend reinvite emit nudge handoff inform warn crosspost"
    ),
    Verb.PAY: (
        "liquidate settle pay buy purchase remit disburse repay reimburse withdraw donate prepay rent invest "
        "sell bid redeem spend bet debit compensate indemnify"
    ),
    Verb.EXECUTE: (
        "ssh sudo apt npm pip retry serve execute exec eval invoke launch spawn trigger deploy compile rerun "
        "bootstrap simulate click press tap automate interpret drag redeploy replay reprocess redrive"
    ),
    Verb.ADMIN: (
        "deny failover halt kick mount unmount override reactivate reload setup unshare upgrade downgrade "
        "grant revoke authorize permit ban unban block unblock suspend unsuspend enable disable activate "
        "deactivate configure install migrate alter promote demote impersonate chmod chown lock unlock reboot "
        "restart shutdown elevate approve freeze unfreeze quarantine whitelist "
        "blacklist allowlist blocklist admin disarm arm cordon uncordon drain taint untaint reinstall poweroff reimage "
        "deauthorize unblacklist lockdown"
    ),
    Verb.DELETE: (
        "abort undeploy forget delete remove destroy drop purge erase wipe clear truncate cancel terminate "
        "uninstall trash discard kill expunge del rm rmdir deprovision unregister deregister dismiss evict "
        "flush nuke empty prune shred obliterate decommission eliminate cleanup teardown void invalidate offboard "
        "unsend retract clean sweep reap unlist burn scrap annul demolish expel eject"
    ),
}

_LOOSE: Mapping[Verb, str] = {
    Verb.READ: (
        "divide multiply subtract round average map stream transform refresh check query view watch track "
        "debug load export head tail tree status info review report recap access help logs sample weather forecast"
    ),
    Verb.LIST: ("filter index sort rank history"),
    Verb.CREATE: (
        "store log queue schedule note record copy fork branch commit backup snapshot plan book reserve hire mint mock zip"
    ),
    Verb.UPDATE: (
        "combine mix open echo cut claim end flag handle hold manage route return release renew print apply "
        "process control turn increment vacuum"
    ),
    Verb.SEND: (
        "mention alert contact chat speak say ask rate post email mail message text comment sms call dial "
        "phone fax ring request tell"
    ),
    Verb.PAY: ("exchange transfer charge refund wire order trade deposit tip swap stake bill payout fund deduct"),
    Verb.EXECUTE: ("perform test train initiate run start command bash shell terminal python powershell script type"),
    Verb.ADMIN: ("scale sign stop permission config"),
    Verb.DELETE: ("quit fire expire"),
}

STRICT: Mapping[str, Verb] = {word: verb for verb, words in _STRICT.items() for word in words.split()}
LOOSE: Mapping[str, Verb] = {
    word: verb for verb, words in _LOOSE.items() for word in words.split() if word not in STRICT
}

DESCRIPTION_ONLY: Mapping[str, Verb] = dict.fromkeys(
    ("return", "see", "learn", "know", "tell", "provide", "give"), Verb.READ
)
"""Words that say something at the head of a description only: `Returns the balance`, but `return_item`."""

NAME_ONLY = word_set("is has can exists as new")
"""Words that are verbs in names (`is_open`) and say nothing in a sentence."""

CHOICES: Mapping[str, Verb] = {
    word: STRICT[word]
    for word in (
        *("get", "read", "list", "search", "find", "create", "add", "insert", "update", "edit", "modify", "replace"),
        *(
            "rename",
            "move",
            "archive",
            "send",
            "reply",
            "forward",
            "share",
            "publish",
            "pay",
            "enable",
            "disable",
            "grant",
            "write",
            "set",
            "put",
            "patch",
            "upload",
            "submit",
            "merge",
            "execute",
            "approve",
            "deploy",
            "suspend",
            "close",
            "reopen",
            "pause",
            "resume",
        ),
        *(
            "revoke",
            "install",
            "restart",
            "delete",
            "remove",
            "drop",
            "clear",
            "cancel",
            "purge",
            "destroy",
            "terminate",
        ),
    )
}
"""Words by which an argument chooses what a tool does."""

READING_CHOICES = word_set("list get read search find fetch query describe lookup count view status info")
"""Choices that surely only read."""

PHRASES: Mapping[tuple[str, str], Verb] = {
    ("look", "up"): Verb.READ,
    ("call", "service"): Verb.EXECUTE,
    ("call", "tool"): Verb.EXECUTE,
    ("call", "function"): Verb.EXECUTE,
    ("call", "action"): Verb.EXECUTE,
    ("act", "as"): Verb.ADMIN,
    ("login", "as"): Verb.ADMIN,
    ("log", "as"): Verb.ADMIN,
    ("sign", "as"): Verb.ADMIN,
    ("call", "method"): Verb.EXECUTE,
    ("write", "off"): Verb.UPDATE,
    ("take", "ownership"): Verb.ADMIN,
    ("take", "over"): Verb.ADMIN,
    ("interact", "with"): Verb.EXECUTE,
    ("exercise", "option"): Verb.PAY,
    ("exercise", "options"): Verb.PAY,
    ("exercise", "warrant"): Verb.PAY,
    ("exercise", "position"): Verb.PAY,
    ("receive", "payment"): Verb.CREATE,
    ("receive", "payments"): Verb.CREATE,
    ("receive", "money"): Verb.CREATE,
    ("receive", "funds"): Verb.CREATE,
    ("receive", "deposit"): Verb.CREATE,
    ("resolve", "library"): Verb.READ,
    ("resolve", "id"): Verb.READ,
    ("resolve", "name"): Verb.READ,
    ("resolve", "username"): Verb.READ,
    ("resolve", "handle"): Verb.READ,
    ("resolve", "url"): Verb.READ,
    ("resolve", "domain"): Verb.READ,
    ("resolve", "dns"): Verb.READ,
    ("resolve", "hostname"): Verb.READ,
    ("resolve", "ip"): Verb.READ,
    ("resolve", "address"): Verb.READ,
    ("resolve", "symbol"): Verb.READ,
    ("resolve", "reference"): Verb.READ,
    ("check", "in"): Verb.UPDATE,
    ("check", "out"): Verb.UPDATE,
    ("sign", "in"): Verb.CREATE,
    ("sign", "up"): Verb.CREATE,
    ("log", "in"): Verb.CREATE,
    ("log", "out"): Verb.UPDATE,
    ("log", "call"): Verb.CREATE,
    ("log", "activity"): Verb.CREATE,
    ("set", "up"): Verb.ADMIN,
    ("shut", "down"): Verb.ADMIN,
    ("factory", "reset"): Verb.DELETE,
    ("open", "port"): Verb.ADMIN,
    ("open", "ports"): Verb.ADMIN,
    ("turn", "on"): Verb.UPDATE,
    ("turn", "off"): Verb.UPDATE,
    ("top", "up"): Verb.PAY,
    ("tear", "down"): Verb.DELETE,
    ("clean", "up"): Verb.DELETE,
    ("back", "up"): Verb.CREATE,
    ("roll", "back"): Verb.UPDATE,
    ("opt", "out"): Verb.UPDATE,
    ("opt", "in"): Verb.UPDATE,
    ("give", "access"): Verb.ADMIN,
    ("get", "rid"): Verb.DELETE,
    ("hand", "over"): Verb.SEND,
    ("hand", "out"): Verb.SEND,
    ("post", "update"): Verb.SEND,
    ("post", "updates"): Verb.SEND,
    ("stream", "to"): Verb.SEND,
    ("report", "to"): Verb.SEND,
    ("reach", "out"): Verb.SEND,
    ("free", "up"): Verb.DELETE,
    ("take", "down"): Verb.DELETE,
    ("test", "connection"): Verb.READ,
    ("run", "query"): Verb.EXECUTE,
    ("file", "claim"): Verb.SEND,
    ("file", "complaint"): Verb.SEND,
    ("file", "tax"): Verb.SEND,
    ("file", "taxes"): Verb.SEND,
    ("open", "file"): Verb.READ,
    ("open", "document"): Verb.READ,
    ("open", "email"): Verb.READ,
    ("open", "message"): Verb.READ,
    ("open", "page"): Verb.READ,
    ("open", "web"): Verb.READ,
    ("open", "url"): Verb.READ,
    ("open", "link"): Verb.READ,
    ("open", "website"): Verb.READ,
    ("open", "webpage"): Verb.READ,
    ("load", "money"): Verb.PAY,
    ("load", "funds"): Verb.PAY,
    ("power", "on"): Verb.UPDATE,
    ("power", "off"): Verb.ADMIN,
    ("git", "log"): Verb.READ,
    ("rotate", "key"): Verb.ADMIN,
    ("rotate", "keys"): Verb.ADMIN,
    ("rotate", "secret"): Verb.ADMIN,
    ("rotate", "credentials"): Verb.ADMIN,
    ("exchange", "rate"): Verb.READ,
    ("exchange", "rates"): Verb.READ,
    ("make", "deposit"): Verb.PAY,
    ("make", "transfer"): Verb.PAY,
    ("make", "withdrawal"): Verb.PAY,
    ("make", "donation"): Verb.PAY,
    ("scale", "deployment"): Verb.ADMIN,
    ("git", "add"): Verb.UPDATE,
    ("git", "pull"): Verb.UPDATE,
    ("git", "fetch"): Verb.UPDATE,
    ("select", "option"): Verb.UPDATE,
    ("browser", "snapshot"): Verb.READ,
    ("page", "snapshot"): Verb.READ,
    ("print", "document"): Verb.SEND,
    ("renew", "subscription"): Verb.PAY,
    ("renew", "membership"): Verb.PAY,
    ("renew", "license"): Verb.PAY,
    ("renew", "domain"): Verb.PAY,
    ("upgrade", "plan"): Verb.PAY,
    ("upgrade", "subscription"): Verb.PAY,
    ("release", "funds"): Verb.PAY,
    ("ask", "question"): Verb.SEND,
    ("make", "payment"): Verb.PAY,
    ("make", "request"): Verb.SEND,
    ("make", "call"): Verb.SEND,
    ("make", "phone"): Verb.SEND,
    ("make", "reservation"): Verb.CREATE,
    ("close", "account"): Verb.DELETE,
    ("make", "purchase"): Verb.PAY,
    ("place", "order"): Verb.PAY,
    ("place", "trade"): Verb.PAY,
    ("place", "bet"): Verb.PAY,
    ("place", "call"): Verb.SEND,
    ("issue", "refund"): Verb.PAY,
    ("issue", "credit"): Verb.PAY,
    ("issue", "card"): Verb.CREATE,
    ("spin", "up"): Verb.CREATE,
    ("stand", "up"): Verb.CREATE,
    ("bring", "up"): Verb.EXECUTE,
    ("fire", "up"): Verb.EXECUTE,
    ("boot", "up"): Verb.EXECUTE,
    ("start", "up"): Verb.EXECUTE,
    ("kick", "off"): Verb.EXECUTE,
    ("roll", "out"): Verb.EXECUTE,
    ("spin", "down"): Verb.ADMIN,
    ("wind", "down"): Verb.ADMIN,
    ("bring", "down"): Verb.ADMIN,
    ("cut", "off"): Verb.ADMIN,
    ("sign", "off"): Verb.ADMIN,
    ("throw", "away"): Verb.DELETE,
    ("throw", "out"): Verb.DELETE,
    ("pay", "out"): Verb.PAY,
    ("wake", "up"): Verb.UPDATE,
    **{
        (made, credential): Verb.ADMIN
        for made in ("issue", "mint", "cut", "roll", "forge")
        for credential in (
            "token",
            "tokens",
            "key",
            "keys",
            "credential",
            "credentials",
            "certificate",
            "cert",
            "secret",
            "badge",
        )
    },
}
"""Two words that mean something else together."""

PREAMBLE = word_set(
    "this the a an tool function api endpoint method action lets let allows allow you use to can will used "
    "be for it user users agent enables enable helps help provides provide able by please and performs perform "
    "attempts try tries which that securely safely quickly easily automatically permanently completely "
    "irreversibly immediately"
)
"""Words before the first verb of a description that say nothing themselves."""

GRAVE_PHRASES = (
    "cannot be undone",
    "can't be undone",
    "can not be undone",
    "irreversibl",
    "permanently",
    "destructive",
    "no way back",
    "not recoverable",
    "unrecoverable",
)
"""What a description says of an effect that stays."""

SURE_LEADS = word_set("book reserve hire charge refund transfer wire deposit trade order post stop expire buy log")
"""Loose words that are surely verbs where a description starts with them and an object follows: `Book a cab`."""

_WITH_AN_OBJECT: Mapping[Verb, str] = {
    Verb.CREATE: "book reserve hire mint issue schedule fork commit snapshot store record place lodge",
    Verb.UPDATE: "cut roll claim flag release renew free apply",
    Verb.SEND: "mail email text fax phone alert message page file post",
    Verb.PAY: "charge refund transfer wire order buy trade deposit bill swap stake fund deduct",
    Verb.EXECUTE: "start run train",
    Verb.ADMIN: "stop scale",
    Verb.DELETE: "fire expire",
}
WITH_AN_OBJECT: Mapping[str, Verb] = {word: verb for verb, words in _WITH_AN_OBJECT.items() for word in words.split()}
"""Words that are nouns as often, and in a sentence surely verbs where a determiner follows: `Mint a token`, `Mails the bill to
the tenant`. Left out is what a reading is said to do with such an object: `Calls the API`, `Prints the list`, `Holds a list`."""

MADE_SO: Mapping[str, Verb] = {
    **dict.fromkeys(
        word_set(
            "public private visible hidden readable writable executable accessible collaborative anonymous admin administrator "
            "owner moderator editor maintainer superuser"
        ),
        Verb.ADMIN,
    ),
    **dict.fromkeys(word_set("default primary active inactive current permanent required optional"), Verb.UPDATE),
}
"""What `make` only turns something into, and makes nothing."""

MAKERS = word_set("generate create make build compose produce prepare render draw plot new")
"""What a description says of an answer: a tool that gets a report may well be said to generate it."""

VEHICLES = word_set("execute run perform make conduct initiate invoke process do issue")
HARMLESS = word_set(
    "search lookup calculation computation analysis comparison scan estimation forecast prediction logql promql traceql "
    "jql kql soql gaql"
)
"""`Executes a search`: the noun is what is done, the verb says nothing."""

NOUNS_OF_TRADE = word_set(
    "order transfer charge refund call post message email comment trade record book file request wire deposit "
    "bill text note schedule backup plan tip store scale log sms"
)
NOUNS_BEFORE_READING = word_set(
    "dm tweet retweet login logout bid upload download import merge deploy push inject swipe"
)
"""Strict words that name a thing before one of these: `dm_history`, `login_status`."""

READING_LAST = word_set(
    "price prices check status info information history details statistics stats count forecast logs lookup summary"
)
"""`order_status_check`: a name that ends so names something to look at, whatever noun it starts with."""

HALF_NAMES = word_set("access sample help report")
"""Loose words that read something where they are verbs and more often tell which thing another word names: `access_card`."""

READING_ACTS = word_set(
    "analysis conversion calculation estimation detection classification recognition translation summarization comparison "
    "prediction verification validation"
)
"""Nouns of reading, where a name has no verb: `sentiment_analysis`."""

VIEWS = word_set(
    "detail details profile info information history status overview summary list statistics stats record records "
    "feed inbox calendar agenda timeline metadata"
)
"""Last words of a name without any verb that says what is looked at: `room_details`, `traveller_profile`."""

ALSO_NOUNS = word_set(
    "spend enter locate play crop log tweet retweet login logout dm broadcast return score map collect capture join "
    "connect split archive index like star tag label vote bookmark link set patch edit pin mark block lock "
    "scale find buy sell ban build draft store insert show can is has make bid push upload download merge "
    "deploy release trigger import reset sync follow share reply forward pause display diff stat rent change "
    "permit register trash resume fix exists approve clone replay geocode benchmark setup install "
    "cleanup lookup research reconnect leave dispute resend commission excuse debit scrap"
)
"""Strict words that name a thing where they follow a verb: `get_like_count`, `create_share_link`."""

UNDONE_EASILY = word_set(
    "mark pin unpin star unstar like unlike follow unfollow label tag archive unarchive rename move mute "
    "unmute bookmark favorite snooze toggle pause resume reopen react hide unhide"
)
"""Updates that the same server takes back, record by record."""

MANNER = word_set(
    "set put enter follow match like complete finish fill link switch connect join split label tag merge resolve apply "
    "correct adjust crop resize skip accept navigate submit serve simulate interpret clean sweep confirm "
    "optimize associate bind rank extend relate highlight encrypt decrypt reconcile squash deny decline reject refuse permit"
)
"""Verbs of change that as often say how something is read, or what is refused: `following redirects`, `joining tables`."""

SHOWN_SO = word_set(
    "mark label tag flag hide pin truncate crop shorten redact mask annotate star expand unify set move retry"
)
"""What is done to the items of an answer: `Long titles are truncated`, `Deleted users are hidden`."""
