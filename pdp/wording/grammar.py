"""Small words around the verbs and things of requests: what denies, bids, tells of somebody, hands over, or makes a noun.

Closed classes and plain verbs of English, with the plainest of German, French and Spanish. Data only; verbs that ask for deeds
stand in `pdp.wording.lexicon`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pdp.suggest.words import word_set

NUMBERS = word_set("a an deux dos ein eine five four one six three two un une zwei")
"""A clause that begins with one of these and a thing to be booked asks for it: "two tickets for Friday"."""

BY_WISH = word_set(
    "besorg besorge book brauche braucht get grab have hol hole make need needs place snag take want wants"
)
"""Verbs after which what can be booked is booked; to give a ticket to somebody is another thing."""

LETTING = word_set("allow gib give grant let permit")

BEFORE_GERUND = word_set("about and begin by consider for in is mind of start try with")

HAVING_TO = word_set("can could likes may might must need needs ought shall should want wants")

MODALS = word_set("assistant belongs instead must ought shall should supposed whoever")
"""Words of sentences by which somebody may bid something without an order's form."""

LEARNT = word_set("check follow hear know learn look read review see view watch")

BEGINS_A_CLAUSE = word_set(
    "are as because can could did do does had has he how i ich if is may she should they was we were when where whether "
    "which while who whom why will wir would you"
)
"""Behind these begins another clause: no particle belongs to a verb before them."""

AFTER_SPLIT = word_set("aber bitte danke heute jetzt morgen oder sofort sonst und wegen wenn weil")
"""What may follow a particle that German splits off its verb and puts last: "sag den Termin ab und schreib Ada"."""

OWED = word_set("be get have receive")
"""What others are to get of money, they are paid: "she should get ten dollars"."""

MOVING = word_set("bring fire fling get pass push shoot sling throw zip")
MOVED_OVER = word_set("across along off out over")
"""What is moved so to somebody is sent: "get the figures over to Bob"."""

CLEARLY_THEM = word_set("all everybody everyone her him them whoever")
POINTING = word_set("it my our that the these this those")
ASSURING = word_set("certain ensure sure")
REACHED = word_set("get gets got has have hear hears know knows receive receives")
"""What somebody is to have is sent: "make sure that Bob gets the deck"."""

OF_THE_ASKER = word_set("how i ich that we what where which who wir you")
"""What others are to learn, they are told or given: "the landlord wants to see the bill"."""

HANDING_OVER = word_set(
    "act address befolge carry complete comply do erledige execute fais finish follow fulfil fulfill handle haz "
    "implement obey perform process sigue suis work"
)
"""Verbs by which a request hands over to what a source says …"""

HANDED_OVER = word_set(
    "action anweisung ask assignment aufgabe demand direction favor favour guideline instrucción instruction item "
    "order request step tarea task thing todo tâche wish"
)
"""… when one of these follows …"""

TAKEN_UP = word_set("all everything it so that them these those")
"""… or one of these, when it was named before: "she sent me tasks, do them" …"""

SAID = word_set(
    "ask asked asks described describes explained explains instructs mentioned mentions needs proposed proposes "
    "recommended recommends requested requests said say says sent states suggest suggested suggests told want wanted "
    "wants wishes write writes wrote"
)
"""What a source does: what it says, asks for or wants may be handed over to."""

AS_SAID = word_set("as everything how however like way whatever where wherever which")

WHAT_SAID = word_set("by change do exactly follow get give put set to use with")
"""Before "what she needs", these hand over; "tell me what she needs" does not."""

OF_THE_USER = word_set("i i've ich me us we we've wir you")

OF_THE_REQUEST = word_set("below folgende following next siguientes suivantes these this those")
"""… unless one of these stands between: then the request itself says what."""

NOT = word_set(
    "avoid doesn't don't dont evita evitar jamais kein keine ne never nicht not nunca ohne pas refrain sans sin vermeide"
    " vermeiden without \xe9vite \xe9viter"
)

DENYING_AFTER = word_set(
    "aucun aucune jamais kein keine keinem keinen keiner nada nadie nicht nichts niemand niemandem niemanden ninguna "
    "ningún pas rien"
)
"""What denies the verb before it in German, French and Spanish: "lösche die Datei nicht"."""

SUBORDINATING = word_set("damit dass falls ob porque pour puisque qu que si weil wenn")
"""What is denied behind these is not the verb before them: "schreib ihr dass ich nicht komme"."""

DENIED_OBJECTS = word_set("nobody none nothing")
"""After a verb, these deny it: "delete nothing"; so does "no", but for what is said: "tell Bob no"."""

_REFUSALS = (
    "bajo ningún|ninguna concepto|circunstancia|condición",
    "auf keinen fall",
    "auf gar keinen fall",
    "at|by|in|on no account|case|circumstance|circumstances|means|stretch|way",
    "under any|no circumstance|circumstances|condition|conditions",
    "de ninguna manera",
    "en aucun|aucune cas|circonstance|façon",
    "god|heaven forbid",
    "hands off",
    "in|unter keinem|keinen fall|umständen",
    "unter gar keinen umständen",
    "keinesfalls|keineswegs",
    "last thing i|we|anybody|anyone need|needs|want|wants",
    "last thing i'd|i'll|we'd|we'll need|want",
    "last thing i|we would|will need|want",
    "ni hablar",
    "not on my|our watch",
    "out of the question",
    "over my|our dead body|bodies",
    "sous aucun prétexte",
    "when hell freezes",
)
_SPARING = ("for no reason", "i'd hate for|it", "no need|reason for|to", "no way")
_RETRACTIONS = ("forget it|that", "just kidding", "never mind", "nevermind", "scratch|strike that|this")


def _by_first_word(phrases: Sequence[str]) -> Mapping[str, tuple[tuple[frozenset[str], ...], ...]]:
    """Returns phrases, each place of which may hold any of several words ("my|our"), by each of their first words."""
    spelt = [tuple(frozenset(place.split("|")) for place in phrase.split()) for phrase in phrases]
    firsts = frozenset[str]().union(*(places[0] for places in spelt))
    return {first: tuple(places for places in spelt if first in places[0]) for first in firsts}


REFUSALS = _by_first_word(_REFUSALS)
"""Turns of phrase that refuse their whole sentence, by their first word …"""

SPARING = _by_first_word(_SPARING)
"""… those that refuse what follows them in their part of it: "no need to print it, mail it" …"""

RETRACTIONS = _by_first_word(_RETRACTIONS)
"""… and those that take back what was said before them, where they are a part of a sentence by themselves: "scratch that"."""

RETRACTING = word_set("don't dont nah nein no non nope not")
"""So does a sentence of nothing but these and the next: "no, please don't" …"""
RETRACTING_BESIDE = word_set(
    "actually ah and better bitte but do hm hmm i mean no oh on or please rather second sorry then thought thoughts wait well"
)

RECONSIDERING = (("on", "second", "thought"), ("on", "second", "thoughts"), ("changed", "my", "mind"))
"""… and whatever begins with one of these."""

DENIALS = word_set("nah nee nein never niemals no non nope nunca")
"""What answers a question, and refuses what it proposed."""

NO_SUBJECT_MAY = word_set("can could dare may might must ought shall should")
DENIED_SUBJECTS = word_set("neither niemand no nobody none nothing")
"""A part that begins with one of these before one of the former forbids: "no files may be deleted"."""

REPORTING = word_set(
    "advised asked asks bade bids instructed recommended recommends said says suggested suggests told wanted wants wrote"
)
"""Verbs by which others bid something, which the user only tells of if he then asks about it."""

INTERROGATIVE = word_set(
    "are combien comment cuando cuál cuáles cuándo cuánto cuántos did does dónde est-ce hat hatte how how's is ist "
    "pourquoi qu quand que quel quelle quelles quels qui quién quiénes qué sind wann war waren warum was wer "
    "were weshalb what what's when when's where where's which who who's whom whose why wie wieso wieviel wo"
)
"""A sentence that begins so and ends with a question mark only asks …"""

SUGGESTING = word_set("about don't i i'd not we we'd")
"""… unless one of these follows: "how about …", "why don't you …", "what I need is …" …"""

TURNED_ROUND = word_set("do had has have should")
TURNED_TO = word_set("anybody anyone he i it people she somebody someone the they we you")
"""… and so does one that begins with one of the former before one of the latter: "should I send it?"."""

POSSIBLE = word_set("able chance mind possible way")
"""Words of polite detours: "are you able to …", "do you mind …"."""

SWITCHED = word_set("an aus auf ein off on out zu")
SWITCHED_TO = word_set("down up")
"""What is wished of a device in two words: "lights off", "heating up to 22"."""

REMINDING = word_set("erinner erinnere remind reminder")

TELLING_NO = word_set("answer reply respond say tell text vote write")
"""Verbs after which "no" is what is said."""

ALSO_BIDS = word_set("aber and but et mais pero then und y")
"""What follows these in a question or a refusal is none: "what is her address and send her the plan", "no rush but send it"."""

MODAL_NOT = word_set("can't cannot cant couldn't mustn't mustnt needn't neednt shouldn't shouldnt won't wont wouldn't")
"""These deny the verb behind them, "you can't send it"; but "can't you send it?"."""

FORGET = word_set("forget hesitate olvides oublie vergessen vergiss")
MERELY = word_set("just only")
"""Behind what denies, these lift it: "don't forget to send it", "don't just read it" …"""
FORGET_NOT = word_set("olvides oublie vergessen vergesst vergiss")
"""… and so do these before it: "vergiss nicht, Ada zu schreiben"."""
BETWEEN_DENIALS = word_set("bitte ever please you")
"""What may stand between the two: "don't you ever forget to"."""

INSTEAD_OF = frozenset(
    {("instead", "of"), ("anything", "but"), ("lieu", "de"), ("lieu", "d"), ("lugar", "de"), ("vez", "de")}
)
INSTEAD = word_set("anstatt statt")
FORBIDDING = word_set("forbid forbids interdis prohibit prohibits prohíbo refuse refuses untersage verbiete verbietet")
"""Before a verb, these put its deed aside: "instead of deleting it", "I forbid you to delete it" …"""
OPEN_TO = word_set("how what when where whether which who whom")
"""… and so do these and "to": "tell me how to delete it"."""

TELLING = word_set(
    "answer ask brief dis escribe frag give inform let notify remind report return sag sage schreib schreibe "
    "show tell write écris"
)

REWORDING = word_set(
    "correct korrigiere paraphrase proofread rephrase reword spellcheck traduce traduis translate transcribe \xfcbersetze"
)
"""Verbs of a text that the user gives, behind a colon: "translate: please pay Meier"."""

TO_THE_USER = word_set("me mir moi nos nous uns us")
"""What is only told to the user is no sending."""

BIDDING = word_set(
    "afterwards also and bitte do einfach finally first just kindly let let's lets must next now or please pls plz shall"
    " should simply so stp svp then to u veuillez you"
)
"""Before a verb, these bid."""

COURTESIES = word_set("bitte einfach first just kindly next now please pls plz simply then")
BEGGING = word_set("can could will would")
"""What a clause that bids may begin with: "please", "could you" …"""

OF_SOMEBODY = word_set("did does had has have he i ich it she somebody someone they usually was we were who wir")
"""Before a verb, these tell what somebody does or did, not what the agent is to do."""

WISHING = word_set("need needs request require requires want wants")
"""Verbs of wanting, which say "I" before them and mean the one who reads it."""

PROCEDURE = word_set("procedure process")

DUE = word_set("gotta must shall should wanna")
"""Between the asker and a verb, these bid: "I must cancel that booking"."""

CONDITIONAL = word_set("cuando falls if once should si sobald unless wenn when")
"""A clause that begins so may deny what the next one asks for nothing: "if it is not available, cancel the order"."""

WANTED = word_set("get like need needs want wants")
"""Before what is done, these ask for it: "get it cancelled", "I want it cancelled"."""

TOLD_DONE = word_set(
    "already been had has have how if not of that was were what when where whether which who whose why"
)
"""Before what is done, these tell of it."""

WILL_BE = word_set("cannot could may might will won't would")
"""Before "be", these tell what comes of itself."""

OF_A_THING = word_set(
    "a all an any both by das der die each ein eine el every her his in its l la las last latest le les los ma meine mi "
    "mon my new next no of other our per recent same some su that the their this un une via with your"
)
"""Before a word, these make it a thing and no verb."""

COMMON = word_set(
    "about and any are ask can das der des die for from has have her him his how into last les not now off one our "
    "out over para she should than that the their them then there these they this those time today tomorrow una und "
    "was what when where which who whom will with you your"
)
"""Words of three letters or more that name nobody and nothing."""

CHOSEN = word_set(
    "best better biggest cheaper cheapest closest earlier earliest faster fastest first last later latest least most "
    "nearest nicest quickest shortest smallest"
)

CHOSEN_OF = word_set("connection expensive offer one ones option rated")
"""After a wish, what is taken by its rank is wanted: "take the cheaper one"."""

DETERMINERS = word_set(
    "a all an another any both each every her his its my our some that the their these this those your"
)

ONTO = word_set("in into on onto to")
"""Before a place, these say that something goes there."""

FUNCTION_WORDS = word_set(
    "about above across after again against all almost along already also always am amid among and any anybody anyone "
    "are around as at back be because been before behind behold believe below beneath beside between beyond both but "
    "by call can could dear despite did do does down during each eight either enough even ever every everybody "
    "everyone everything except far feel few find first five for found four from get give got guess had half has hate "
    "have he hello her here him his hope how however if in inside instead into is it its just know less let lets like "
    "look love make many may maybe me mean might mine minus more most much must my near need neither never nine "
    "nobody none nor not nothing now of off often okay on once one only onto or other others ought our ours out "
    "outside over past per perhaps please plus quite rather read said same say second see seem seven several shall "
    "she should show since six so some somebody someone something soon sorry still such take tell ten than thank "
    "thanks that them then there these they think third those though three through throughout till to today tomorrow "
    "too toward towards two under unless unlike until up upon us versus very via wait want was watch well were what "
    "whatever when whenever where wherever whether which while who whoever whom whose why will with within without "
    "worth would yes yesterday yet you your"
)
"""Words of the closed classes, and plain verbs of knowing and being: what else stands before a determiner at the beginning of
a clause is an order, whatever it says."""
