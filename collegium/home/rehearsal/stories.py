"""What the invented candidates tell of: pieces of practice in plain sentences, and what fits around any of them.

Nothing here knows a scheme. A story fits any section that asks for practice, because each sentence says what somebody
did, saw, learnt or changed; what the section is about, the text says in the framework's own words.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    title: str
    what: str  # stands after "What I tell of here is"
    page: str  # the last part of an address
    picture: Mapping[str, float]  # a plot: what was counted
    unit: str
    heard: str  # what somebody said of it
    by: str
    sentences: Mapping[str, tuple[str, ...]]  # by component


STORIES: tuple[Story, ...] = (
    Story(
        title="Short films before the laboratory",
        what="a set of short films that students watch before they come into the laboratory",
        page="films-before-the-laboratory",
        picture={"Before the films": 41, "First year": 63, "Second year": 78},
        unit="Students of 100 who could set up the bench without help",
        heard="For the first time I could talk about results in the first hour, and not about where the clamps are.",
        by="A demonstrator in the chemistry laboratory",
        sentences={
            "description": (
                "Our first-year students came into the laboratory without a picture of what they would do there.",
                "The demonstrators spent the first half hour at each bench, saying the same thing eleven times.",
                "I filmed each set-up with a telephone on a stand, and cut it to less than four minutes.",
                "Each film stops twice and asks the watcher to decide what comes next.",
                "I wrote captions for all of them, and a page of text for whoever would rather read.",
                "We put the films where the students book their bench, so that nobody had to look for them.",
                "I asked the technicians to check every film before it went out, and they found two mistakes of mine.",
                "The films went through three rounds of changes in the first year.",
            ),
            "evidence": (
                "The plot shows how many students could set up the bench without help, counted by the demonstrators.",
                "The page with the films is open, and each has its captions and its text beside it.",
                "The demonstrator’s own words say what changed in the room.",
                "The minutes of the course team record the decision and who made it.",
            ),
            "reflection": (
                "I had thought that the films would have to look good, and they did not have to.",
                "What mattered was the place where each film stops and asks.",
                "I learnt most from the two students who never watched them, because they had no quiet place to do it.",
                "Since then I begin with a question to the students, and only then with the camera.",
                "I would involve the technicians from the first day, since they know where things go wrong.",
                "It still troubles me that I measured what was easy to count first.",
                "A colleague in nursing showed me how she films hands and never faces, and I have done so since.",
                "I have become slower to say that a technology has worked, and quicker to ask for whom.",
            ),
            "impact": (
                "Seventy-eight of a hundred students now set up the bench by themselves, and before it was forty-one.",
                "Demonstrators use the first half hour for questions about the experiment.",
                "Two other courses have taken over the way of filming, with films of their own.",
                "Students who read captions told us that they could follow a demonstration for the first time.",
                "The time to prepare a laboratory day has gone down by about a third.",
            ),
        },
    ),
    Story(
        title="Spoken feedback on first drafts",
        what="spoken feedback, recorded while I read a draft and sent to its writer on the same day",
        page="spoken-feedback",
        picture={"Written comments": 22, "Spoken, first term": 51, "Spoken, second term": 67},
        unit="Drafts of 100 that were changed after feedback",
        heard="I heard that you liked the second page. I would never have read that between the lines.",
        by="A second-year student of languages",
        sentences={
            "description": (
                "I teach writing to people who learn in their second or third language.",
                "My comments in the margin were correct, and hardly anybody did anything with them.",
                "I began to record three minutes of my voice for each first draft, while I read it aloud.",
                "Each recording says first what the text does well, and then one thing to try.",
                "I tried four tools with two volunteers, and chose the one that worked on an old telephone.",
                "For those who do not hear well, or would rather read, the same words come as text.",
                "I agreed with my group that recordings are deleted at the end of the year.",
                "By the second term four colleagues had joined, and we listened to each other’s recordings.",
            ),
            "evidence": (
                "The plot counts how many drafts were changed after feedback, in three terms.",
                "A recording is there to be heard, with the agreement of the student who received it.",
                "The short guide that I wrote for colleagues is attached as it was used.",
                "A student’s own words say what hearing a voice meant to her.",
            ),
            "reflection": (
                "I was afraid of how I sound, and found that nobody else was.",
                "I had believed that written comments were thorough, and saw that they were only long.",
                "My tone carries more than my words, so I now listen to each recording before I send it.",
                "One student asked me to write instead, and taught me to offer a choice from the beginning.",
                "I have changed how I mark on paper too: one thing to try, and no more.",
                "I would begin with fewer students next time, and with a day set aside for it.",
                "Reading about feedback literacy gave me words for what I had only felt.",
                "What I took from my colleagues in music is to say at once when something works.",
            ),
            "impact": (
                "Two drafts of three are now changed after feedback, and before it was one of five.",
                "Four colleagues give spoken feedback in their own way.",
                "The time that I need for a draft has stayed the same, at about nine minutes.",
                "In the survey of the year, students name feedback as what helped them most.",
                "The department has put the choice between spoken and written feedback into its handbook.",
            ),
        },
    ),
    Story(
        title="A placement portfolio for student nurses",
        what="the portfolio that our student nurses keep while they are on placement",
        page="placement-portfolio",
        picture={"Paper folder": 35, "First ward": 58, "All wards": 82},
        unit="Entries of 100 that were read by a mentor within a week",
        heard="I can read it in the tea room, on the telephone that I have with me anyway.",
        by="A practice educator on a surgical ward",
        sentences={
            "description": (
                "Our student nurses used to carry a paper folder from ward to ward, and it came back full of gaps.",
                "I was asked to find a way in which mentors on the ward could read and sign entries without a new password.",
                "I spent two mornings on wards to see when anybody had a minute, and where.",
                "We chose a form that opens from a link and works on a telephone with a weak signal.",
                "I wrote the questions with three mentors and five students, in four short meetings.",
                "Before we began I went through the form with our data protection officer, line by line.",
                "No entry holds a patient’s name, and the form reminds its writer of that before it is saved.",
                "We started on one ward, listened for six weeks, and only then went on to the others.",
            ),
            "evidence": (
                "The plot shows how soon entries were read, from the paper folder to all wards.",
                "The form itself can be tried out at the address that I give, with invented entries.",
                "The report to the school says what we changed after the first ward, and why.",
                "A practice educator says in her own words how it fits into a shift.",
            ),
            "reflection": (
                "I had planned training, and what people needed was a link that opens.",
                "The law on personal data felt like a wall at first, and turned out to be a good designer.",
                "I learnt to ask what somebody does in the minute before they use a thing.",
                "My first set of questions was far too long, and the students were too polite to say so.",
                "I now try out every form on a bus, with one hand.",
                "It was a mistake to leave the night shift out of the first meetings.",
                "Nurses taught me to write an entry as a handover: what happened, what I did, what is open.",
                "I am more careful with the word “simple” than I was.",
            ),
            "impact": (
                "Four entries of five are now read within a week.",
                "Students bring fewer forms and more questions to their tutorials.",
                "The school has taken the form into its practice handbook.",
                "Mentors on nights take part as often as those on days.",
                "No entry with a patient’s name has been found in two yearly checks.",
            ),
        },
    ),
    Story(
        title="Moving a course to a new learning environment",
        what="the move of forty courses from one learning environment to another in a single summer",
        page="moving-forty-courses",
        picture={"June": 4, "July": 17, "August": 33, "September": 40},
        unit="Courses that had moved and been checked",
        heard="You asked what I wanted to keep, and not what I wanted to move.",
        by="A lecturer in history",
        sentences={
            "description": (
                "The contract for our learning environment ended, and forty courses had to move before the autumn.",
                "I planned the move with the teaching staff and not around them.",
                "For each course I sat down with its lecturer and asked what they wanted to keep.",
                "A third of all pages had not been opened by anybody for two years, and we left them behind.",
                "I wrote a checklist of one page, and two students checked each course with it.",
                "We moved the courses of those who were keen first, so that others could look at something.",
                "I kept an open hour every day at four, and a list of all that was asked in it.",
                "Captions, headings and text alternatives were mended on the way, since we touched every page anyway.",
            ),
            "evidence": (
                "The plot shows how many courses had moved and been checked, month by month.",
                "The checklist is attached in its last version, with what changed since the first.",
                "The list from the open hour shows what people really asked.",
                "A lecturer’s letter says what the conversations meant to him.",
            ),
            "reflection": (
                "I had thought of the move as a technical matter, and it was a matter of trust.",
                "The old pages that nobody opened had been somebody’s work, and I learnt to say so before we left them.",
                "I underestimated how tired people are in June.",
                "The students who checked the courses saw more than I did, and should have been paid from the start.",
                "Since then I plan no change without an open hour.",
                "I would publish the list of questions earlier, because it shows others that they are not alone.",
                "I weighed what the new environment offers against what it costs in attention, and I still do.",
                "The librarians taught me to describe things so that they are found again.",
            ),
            "impact": (
                "All forty courses opened in time, and three weeks later the open hour was empty.",
                "A course has a third fewer pages than before, and students say that they find what they need.",
                "The automatic check for accessibility finds one fault for every nine that it found before.",
                "Two lecturers who had never edited a page now help others.",
                "The checklist is in use in two other departments.",
            ),
        },
    ),
    Story(
        title="An online reading room for evening students",
        what="the reading room on the web in which our evening students read and talk between two evenings",
        page="reading-room",
        picture={"Week 1": 9, "Week 4": 14, "Week 8": 21, "Week 12": 23},
        unit="Of 26 students, those who wrote something in the week",
        heard="I read on the night bus, and when I arrive somebody has answered.",
        by="An evening student of social work",
        sentences={
            "description": (
                "My evening students work by day, and between two evenings they were alone with the reading.",
                "I set up a room on the web in which a text stands in the middle and talk goes on in its margin.",
                "Each week two students ask the first questions, and I stay silent for two days.",
                "I chose a tool that keeps nothing but a name and what somebody wrote.",
                "For three students with screen readers I tried it out with them before anybody else came in.",
                "I wrote down with the group how we want to talk to each other, on one page.",
                "Every second week I sum up what was said, and begin the evening with it.",
                "Whoever falls behind finds a short way back in, with three places to read first.",
            ),
            "evidence": (
                "The plot shows how many of the twenty-six wrote something, week by week.",
                "The page on how we talk to each other is attached, as the group agreed it.",
                "One thread can be read whole, with the names taken out.",
                "A student says in his own words when and where he reads.",
            ),
            "reflection": (
                "My silence was the hardest part, and did more than anything that I said.",
                "I had counted contributions, and learnt from the readers who never write how much they take along.",
                "The first tool that I liked could not be used with a screen reader, so I let it go.",
                "I now plan for the student who comes back after three weeks, and not for the one who is always there.",
                "It helped to read what is known about how groups learn, and to find my own doubts there.",
                "I would let the group write its rules in the second week, when they know what they need.",
                "From youth work I have taken the habit of thanking people for a question.",
                "What looks like a lack of interest is very often a lack of time.",
            ),
            "impact": (
                "By the twelfth week twenty-three of twenty-six had taken part in the margin.",
                "The evenings begin in the middle of a conversation.",
                "Fewer students left the course than in any of the three years before.",
                "The library has opened the same room for two other evening courses.",
                "Students of the year before come back as guests and ask the first questions.",
            ),
        },
    ),
    Story(
        title="Questions that show the next step",
        what="a bank of practice questions that answer a mistake with the next smaller question",
        page="questions-that-show-the-next-step",
        picture={"Chapter 1": 71, "Chapter 2": 64, "Chapter 3": 58, "Chapter 4": 69},
        unit="Students of 100 who went on after a mistake",
        heard="It does not say wrong. It says: then try this.",
        by="An apprentice in electrical engineering",
        sentences={
            "description": (
                "Apprentices in our college fear mathematics, and a red cross does not help them.",
                "I wrote a bank of questions in which each mistake leads to a smaller question.",
                "I collected real mistakes first, from two years of exercise books, with the writers’ agreement.",
                "Every question was tried out by three apprentices who said aloud what they were thinking.",
                "I learnt enough of the question format to write it by hand, since the editor could not do what I wanted.",
                "The bank is published under an open licence, so that others can mend it.",
                "Formulas are written so that a screen reader can say them.",
                "I meet every month with two teachers of other trades, and we write one chapter together.",
            ),
            "evidence": (
                "The plot shows how many went on after a mistake, in each chapter.",
                "The bank can be tried out without an account at the address that I give.",
                "The notes of what three apprentices said aloud are attached, without their names.",
                "An apprentice says in one sentence what I had tried to say in five pages.",
            ),
            "reflection": (
                "I wrote the first chapter for the mistakes that I would make, and not for theirs.",
                "Listening to somebody think aloud has changed the way I teach at the board as well.",
                "I had to admit that two of my favourite questions were only clever.",
                "Writing the format by hand was slow, and it taught me what the tool can do.",
                "I now ask of every technology what it says to somebody who is wrong.",
                "I should have asked a colleague to check the formulas with a screen reader much earlier.",
                "The teachers of other trades have better examples than I do, and I have stopped being ashamed of that.",
                "Chapter three still loses too many, and I know now that its first step is too high.",
            ),
            "impact": (
                "Two apprentices of three go on after a mistake, where most used to stop.",
                "Three colleges use the bank, and one has sent back a chapter of its own.",
                "The resit in the second year has half as many candidates as before.",
                "Apprentices have begun to write questions for the year below.",
                "The open licence brought eleven corrections in the first year.",
            ),
        },
    ),
)

# After a story’s own sentences, for whoever is asked for more.
MORE: Mapping[str, tuple[str, ...]] = {
    "description": (
        "I did this as part of my regular work, with about half a day a week for it.",
        "I asked two colleagues to say what they would do, before I said what I had in mind.",
        "I looked at three ways of doing it, and wrote down for each what it would cost and whom it would leave out.",
        "What I say here is my own part; where others did the work, I name them.",
        "I began small, so that it could fail without hurting anybody.",
        "Money was short, so I used what we had wherever it was good enough.",
        "Every step is written down in a plan of one page that anybody in the team could change.",
        "I made sure that it works on a telephone, on a slow line, and with the keyboard alone.",
        "Before anything was recorded, I asked those concerned and explained what would become of it.",
        "I informed the team every second Friday in five sentences, and asked one question each time.",
    ),
    "evidence": (
        "Each piece is there because it shows something that I could not show in words.",
        "I chose few pieces, and say of each what it is meant to carry.",
        "Where people are to be seen, they have agreed to it, and I say so beside the piece.",
        "The numbers were counted by others than me, and the way of counting stayed the same.",
        "What I did not have, I did not make up: for the first term there are only my notes.",
        "The pieces are dated, so that a reader can see what came before what.",
    ),
    "reflection": (
        "What I know now and did not know then is how much depends on the first ten minutes.",
        "I went back to my notes after half a year, and some of what I had been sure of was wrong.",
        "The question that stays with me is whom we do not hear from.",
        "I have begun to write down what I expect before I try something, because I like to be right afterwards.",
        "A conversation with my mentor made me see that I explain when I should ask.",
        "If I began again tomorrow, I would plan the end of it as carefully as the beginning.",
        "It was uncomfortable to read, and it has changed what I do on Mondays.",
        "I no longer believe that there is one right tool, and I am calmer for it.",
    ),
    "impact": (
        "I know this because somebody else counted it, and because people told me without being asked.",
        "Some of it would have happened without me, and I try to say which part.",
        "It goes on although I no longer look after it every week.",
        "What changed for one group changed nothing for another, and that is where I go on.",
        "Colleagues outside my own team have asked to see it, and some have taken it further.",
    ),
}

# Who the candidate is, for a statement that comes before the rest. %(…)s are facts of the person.
STATEMENT: tuple[str, ...] = (
    "I am %(name)s, and I work as %(role)s at %(organisation)s in %(town)s.",
    "I came to this work from the classroom, where I taught for six years before anybody called it learning technology.",
    "My days are half conversation and half building: I listen to what somebody wants to teach, and help them try it.",
    "We are a college of four thousand students, most of whom work or care for somebody beside their studies.",
    "I am one of three people in a small team, and the one whom lecturers ring first.",
    "I report to the head of learning, and work most closely with the library and the disability service.",
    "I apply because I want to look at my own practice with the eyes of others, and not only at that of my colleagues.",
    "What follows comes from the last three years, and all of it was done at this college.",
    "I have held no earlier award of this kind.",
    "My own learning goes on in a reading group of five people from four colleges, who meet once a month.",
    "I care about those who are easily forgotten: evening students, people on night shifts, people with old telephones.",
    "Before that I studied physics and stayed for two years as a demonstrator, which is where I began to wonder how people learn.",
    "I speak two languages at home, and know what it is to learn in neither of them.",
    "Whoever reads this should know that I work part time, and that things take their time here.",
)

# What comes next, for a plan.
PLAN: tuple[str, ...] = (
    "Over the next three years I want to become better at three things, and I name them so that I can be asked about them.",
    "The first is to involve students as partners from the beginning, and to have them paid for it.",
    "I will begin in the autumn with one course team, and write about it openly once a term.",
    "The second is to understand what automated feedback does to the people who receive it.",
    "I plan to read one study a month with my reading group, and to try one thing a term on a small scale.",
    "The third is to hand over: two colleagues shall be able to do what I do when I am away.",
    "I have agreed with my manager on four days a year for courses and visits.",
    "One of these visits will be to a college of another country, where evening study is the rule.",
    "I will offer to assess the work of others, because reading portfolios has taught me more than any course.",
    "At the end of each year I will look at this page again, and say to my mentor what came of it.",
    "What I do not plan is to take up every new tool; I will look at two a year, properly.",
    "I would like to give a talk on what did not work, since we have enough talks on what did.",
    "Should my role change, the first two aims go with me and the third becomes more urgent.",
    "I will know that it went well when I am asked different questions than I am today.",
)

# For long texts: what happened from week to week. Each pairs with each, and the week makes it a sentence of its own.
DID: tuple[str, ...] = (
    "I sat beside somebody who used it for the first time",
    "I went through what people had asked",
    "I changed the one page that most of them stumbled over",
    "I showed it to a colleague from another department",
    "I wrote a short note to everybody who takes part",
    "I tried it out with the sound switched off",
    "I asked the two who had fallen silent how they were getting on",
    "I compared what I had expected with what had happened",
    "I took one thing out that nobody used",
    "I talked it over in the open hour",
    "I read back through my notes of the month before",
    "I met the team for half an hour",
    "I left it alone on purpose and watched",
)
FOUND: tuple[str, ...] = (
    "saw that the second step was not clear",
    "found that it took less time than I had feared",
    "noted what to ask next time",
    "learnt that the name I had given it meant something else to them",
    "heard a better example than mine",
    "understood why the evening group does it differently",
    "decided to say less and to show more",
    "was told that it had helped, and how",
    "saw who was missing",
    "kept what worked and wrote down what did not",
    "found two small faults and mended them on the same day",
)

# Short ones by their number of words, to end on the word where a text has to.
SHORT: Mapping[int, tuple[str, ...]] = {
    1: ("Gladly.",),
    2: ("It helped.", "It stayed."),
    3: ("It was enough.", "I kept it.", "We went on."),
    4: ("That surprised me then.", "We kept to it.", "It was worth it."),
    5: ("I would do it again.", "It took longer than planned.", "Nobody had asked before me."),
    6: ("My notes from then say so.", "It has been in use since.", "I have come back to this."),
    7: ("I talked it over with a colleague.", "Since then it has become a habit.", "That is where I would begin now."),
    8: ("I wrote it down on the same afternoon.", "There was more to it than I thought."),
    9: ("It began with a question that somebody had asked.", "I would tell it in the same way today."),
    10: ("What came of it can be seen on this page.", "I am still in touch with those who took part."),
    11: ("I have shown it to others, and asked what they think.", "It is a small thing, and it has made a difference."),
    12: ("I went on with it in the term after, with fewer people.", "Some of it I learnt only when I wrote this page down."),
}  # fmt: skip

# What a candidate adds when assessors ask for more of it.
REVISED: tuple[str, ...] = (
    "My assessors asked what I would do otherwise, and it is a fair question.",
    "When I look at it again, I see that I decided too early, with those who were in the room.",
    "I have since gone back and asked four people who had not been asked, and two of them saw it quite differently.",
    "One had stopped after the first week because she could not use it on the train, which is where she learns.",
    "So I have changed the order in which I do things: I watch first, then I ask, and only then do I choose.",
    "What I take along is that my own convenience is a poor guide to what others need.",
    "In the next year I will do this with a group of my own students from the first day, and write down what I expect.",
    "I can see the difference already, in the questions that come and in those that no longer come.",
)
