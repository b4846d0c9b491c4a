"""The words of a local paper, from which headlines, sentences and names are put together.

None of the words planted for search (plan.PLANTED) may occur here; a test compares.
"""


def single_words(text: str) -> list[str]:
    return text.split()


def phrases(text: str) -> list[str]:
    return text.split("|")


PLACES = single_words(
    "Tollgate Northquay Marlow Saltmarsh Brackwater Highfield Ropewalk Chandlery Eastmoor Greywell "
    "Littleport Stonebridge Millbrook Oldcastle Fairhaven Westerby Kingsmead Ashcombe Underhill "
    "Thornbury Whitcliff Sandgate Priory Foxhollow Larkfield Penrose Bellwater Hawthorn Riverside "
    "Coppergate Netherton Winterbourne"
)

FIRST_NAMES = single_words(
    "Ada Agnes Amir Anna Arthur Beatriz Ben Carla Cecil Chidi Clara Daniel Dora Edith Elias Emre "
    "Esther Farah Felix Fiona George Grace Hanna Harun Helen Hugo Ida Imran Ines Isaac Ivy Jack "
    "Jana Jonas Joyce Kamal Karin Leila Leo Lucia Magda Marcus Maria Martin Maya Mei Milan Mina "
    "Nadia Nils Noor Olga Omar Otto Paula Pedro Petra Priya Rafael Rhea Rosa Ruth Samir Sara Simon "
    "Sofia Stefan Tariq Tessa Theo Thomas Uma Vera Victor Wanda Wilma Yara Yusuf Zoe"
)

SURNAME_STARTS = single_words(
    "Ald Ash Bar Bex Brad Cald Car Clay Cop Cran Dal Den Dun Ed Elm Far Fen Gar Gold Green Hal Har "
    "Hart Hazel Hol Hux Ing Kel Kirk Lang Lin Lock Mar Mel Mil Nor Oak Pem Pen Ram Red Rook Sand "
    "Sel Shel Stan Stock Sum Thorn Til Wal War Wes Wil Win Wood"
)

SURNAME_ENDS = single_words(
    "bourne bridge bury by combe cott croft dale den field ford gate grave ham hurst ington land "
    "ley low man mere more ney nor ridge sley son stead stone ter thorpe ton ward water well wick "
    "wood worth"
)

BODIES = phrases(
    "the council|the harbour board|the ferry company|the school|the library|the fire brigade|"
    "the football club|the choir|the museum|the hospital|the market hall|the bus operator|"
    "the planning office|the fishing fleet|the youth centre|the water company|the rowing club|"
    "the parish|the allotment society|the bakery|the theatre|the lifeboat crew|the post office|"
    "the brass band|the garden club|the swimming pool|the food bank|the university|the rail union|"
    "the chamber of trade"
)

DEEDS = phrases(
    "votes on|postpones|defends|opens|rejects|welcomes|reviews|promises|saves|questions|approves|"
    "explains|celebrates|repairs|extends|cancels|restores|funds|closes|doubles|loses|wins"
)

THINGS = phrases(
    "new timetable|old pier|flood wall|winter market|cycle path|summer festival|housing plan|"
    "school roof|night bus|parking scheme|town clock|public garden|harbour crane|fish auction|"
    "street lights|reading room|coastal path|footbridge|budget|concert season|swimming lessons|"
    "recycling centre|bell tower|fuel grant|playground|sea defences|evening classes|bus shelter|"
    "archive|film club|boat shed|marathon route|health centre|training scheme|weather station|"
    "apprenticeships|lending desk|community kitchen|signal box|sports hall"
)

REASONS = phrases(
    "after a long debate|before the winter|despite the cost|for the third year|in a packed hall|"
    "with one vote to spare|after residents complained|as prices rise|without a quorum|"
    "at the last minute|on a rainy evening|to general surprise|as promised in spring|"
    "following a petition|with help from volunteers|under new rules|a year late|ahead of plan|"
    "while the bridge is shut|to mark its centenary|following the storm|by a show of hands|"
    "for the time being|until the end of the season"
)

KICKERS = phrases(
    "Analysis|Opinion|Report|Interview|Letters|In pictures|Notebook|Explained|Looking back|"
    "Weekend|Your questions|From the archive"
)

DETAILS = phrases(
    "The work should take six weeks and will be done at night where possible.|"
    "Nobody from the office was available for comment on Tuesday.|"
    "A second meeting has been called for the end of the month.|"
    "Traders on the main street say they were not asked.|"
    "The figures were read out twice, and twice they did not add up.|"
    "Children from both primary schools sang on the steps.|"
    "It is the first such decision in more than twenty years.|"
    "Tickets are on sale at the usual places and online.|"
    "The road stays open for residents and deliveries.|"
    "A spokesman said that lessons had been learned.|"
    "Volunteers are asked to bring gloves and good boots.|"
    "The rain held off until the last speech was over.|"
    "Most of the money comes from a grant that ends next year.|"
    "Three members abstained, which is rare in this chamber.|"
    "The oldest visitor had come ninety miles by train.|"
    "Copies of the plan can be read on the first floor.|"
    "Engineers found rust in places where no one had looked.|"
    "The kiosk will sell tea and soup all the same.|"
    "Opening hours change at the beginning of the month.|"
    "The vote was taken without a single question from the floor.|"
    "There was applause, some of it sincere.|"
    "The contract went to a firm from the next county.|"
    "Anyone who lost a red umbrella may collect it at the desk.|"
    "Fares stay as they are, at least for now."
)

SPEECH = phrases(
    "We have waited long enough for this|It is a small step, but it is ours|"
    "I have never seen so many people in this room|The sums are simple and they do not work|"
    "If they had asked us, we would have told them|You cannot eat a strategy paper|"
    "My grandmother learned to swim there|We will open, whatever the weather|"
    "Nobody is against it, and nobody will pay for it|Come and see for yourself|"
    "It was never about the money|That is not what was agreed in March|"
    "We counted every one of them by hand|I would do it again tomorrow"
)

COMMENTS = phrases(
    "Thank you for reporting this.|About time!|I was there and it was nothing like that.|"
    "Could someone explain where the money comes from?|My street has waited for this for years.|"
    "Well written, as always.|The photograph shows the wrong building, by the way.|"
    "They said the same thing ten years ago.|Good news for once.|"
    "What about those of us who work nights?|I disagree, but it is a fair article.|"
    "The old one was perfectly good.|Is there a plan for wheelchair users?|"
    "My letter on this was never answered.|Please keep an eye on this story.|"
    "A typo in the second paragraph.|Everyone should read this before they vote.|"
    "It costs more than they admit.|Lovely to see the young ones involved.|"
    "Who takes the minutes at these meetings?"
)

SPAM = phrases(
    "Cheap watches, best price, visit our shop today.|Make money from home, ask me how!|"
    "Great blog! See also my page about loans.|Win a telephone now, limited offer.|"
    "Your computer may be slow, click here."
)

SUSPENSIONS = phrases("Spam in comments|Insulted other readers|Several accounts")

CATEGORIES = phrases(
    "News|Council|Harbour|Business|Schools|Culture|Sport|Weather|Transport|Letters|Obituaries|"
    "Weekend"
)

TAGS = phrases(
    "elections|budget|ferry|bridge|housing|storm|festival|football|rowing|music|theatre|library|"
    "roads|buses|railway|cycling|planning|court|police|fire brigade|hospital|health|jobs|fishing|"
    "market|prices|energy|water|waste|wildlife|gardens|allotments|history|archive|museum|"
    "primary school|university|exams|youth|pensioners|volunteers|charity|faith|food|recipes|"
    "walks|photography|interview|analysis|corrections"
)

REGIONS = single_words("emea apac latam na-east na-west nordic mena africa")
