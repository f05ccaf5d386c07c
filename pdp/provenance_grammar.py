"""Small words around the verbs and things of requests: what denies, bids, tells of somebody, hands over, or makes a noun.

Closed classes and plain verbs of English, with the plainest of German, French and Spanish. Data only; verbs that ask for deeds
stand in `pdp.provenance_lexicon`.
"""

from __future__ import annotations

from pdp.suggest.words import word_set

NUMBERS = word_set("a an deux dos ein eine five four one six three two un une zwei")
"""A clause that begins with one of these and a thing to be booked asks for it: "two tickets for Friday"."""

BY_WISH = word_set("book get have make need needs place take want wants")
"""Verbs after which what can be booked is booked; to give a ticket to somebody is another thing."""

LETTING = word_set("allow give let permit")

BEFORE_GERUND = word_set("about and begin by consider for in is mind of start try with")

HAVING_TO = word_set("can could likes may might must need needs ought shall should want wants")

MODALS = word_set("assistant belongs instead must ought shall should supposed whoever")
"""Words of sentences by which somebody may bid something without an order's form."""

LEARNT = word_set("check follow hear know learn look read review see view watch")

OWED = word_set("be get have receive")
"""What others are to get of money, they are paid: "she should get ten dollars"."""

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

NOT = word_set("avoid doesn't don't dont jamais kein keine never nicht not nunca ohne pas sans sin without")

FORGET = word_set("forget hesitate just olvides only oublie vergessen vergiss")

TELLING = word_set("answer ask give inform let notify remind report return show tell write")

TO_THE_USER = word_set("me mir moi nos nous uns us")
"""What is only told to the user is no sending."""

BIDDING = word_set(
    "afterwards also and bitte do finally first just kindly let let's lets must next now or please shall should then "
    "to veuillez you"
)
"""Before a verb, these bid."""

COURTESIES = word_set("bitte first just kindly next now please then")
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

WANTED = word_set("ensure ensuring get like need needs sure want wants")
"""Before what is done, these ask for it: "get it cancelled", "make sure the doors are locked"."""

TOLD_DONE = word_set("already been had has have not of that was were which who")
"""Before what is done, these tell of it."""

WILL_BE = word_set("cannot could may might will won't would")
"""Before "be", these tell what comes of itself."""

OF_A_THING = word_set(
    "a all an any both by das der die each ein eine el every her his in its la las last latest le les los ma meine mi "
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
