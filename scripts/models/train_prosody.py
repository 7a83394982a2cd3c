#!/usr/bin/env python3
"""Trains the weights of src/providers/prosody_turn/prosody/score.cpp and says how far they hold for speakers
that were not trained on. Offline; nothing in the build runs it.

    apt-get install python3-numpy sox asterisk-core-sounds-{en,es,fr,it,ru}-wav \\
        asterisk-prompt-{es-co,fr-armelle,it-menardi-wav}
    ninja -C build/release turn_material
    nice /usr/bin/python3 scripts/models/train_prosody.py build/release/src/providers/prosody_turn/material/turn_material

Material, all as 8 kHz telephone sound:
  whole     the natural end of a recorded sentence of four or more words                    -> done
  open      recorded on purpose as the first half of a sentence ("there are currently ...") -> goes on
  pause     before a natural pause inside one sentence, 200 ms or more                    -> goes on
  dip       before a dip of 50 ms inside one phrase, mostly the closure of a consonant      -> goes on
Human speakers are the Asterisk prompts (eight recordings, five languages); synthetic ones are our own voice, which
reads whole sentences with commas, so that "pause" is what it does at a comma.
"""
import argparse
import os
import subprocess
import sys
import wave
from dataclasses import dataclass, field

import numpy as np

RATE = 8000
HOP = 80
SOUNDS = "/usr/share/asterisk/sounds"
HUMANS = ["en_US_f_Allison", "es_MX_f_Allison", "fr_CA_f_June", "it_IT_f_Menardi", "it_IT_m_Carlo", "ru_RU_f_IvrvoiceRU", "es", "fr"]
# The same actress reads two languages: a speaker is held out in both.
SAME_SPEAKER = {"es_MX_f_Allison": "en_US_f_Allison"}

OPEN = """conf-enteringno conf-thereare dir-multi1 dir-pls-enter followme/call-from priv-callpending queue-holdtime
queue-quantity1 queue-thereare vm-duration vm-num-i-have vm-onefor-full vm-onefor vm-from-phonenumber
vm-from-extension vm-theperson vm-youhave vm-savedto queue-less-than""".split()
# Items of menus ("press 3 to ...") are not used: they are complete, but recorded to be followed by the next.
SENTENCE = """agent-newlocation agent-pass conf-extended conf-getchannel conf-getconfno conf-getpin conf-invalidpin
conf-kicked conf-leaderhasleft conf-lockednow conf-locked conf-muted conf-noempty conf-nonextended conf-
now-muted conf-now-recording conf-now-unmuted conf-onlyone conf-onlyperson conf-placeintoconf conf-
unlockednow conf-unmuted conf-waitforleader conf-adminmenu conf-adminmenu-162 conf-usermenu conf-
usermenu-162 demo-echodone demo-enterkeywords demo-nomatch dictate/enter_filename dir-nomatch dir-nomore
dir-welcome followme/no-recording followme/options followme/pls-hold-while-try followme/sorry privacy-
incorrect privacy-prompt privacy-unident priv-recordintro queue-thankyou queue-youarenext transfer tt-
monkeysintro tt-somethingwrong tt-weasels vm-changeto vm-dialout vm-enter-num-to-call vm-forward-multiple
vm-forwardoptions vm-helpexit vm-mailboxfull vm-msgsaved vm-newpassword vm-nobodyavail vm-nobox vm-
nonumber vm-passchanged vm-rec-busy vm-rec-name vm-rec-temp vm-rec-unv vm-reenterpassword vm-savefolder
vm-sorry vm-tempgreetactive vm-tempremoved vm-tmpexists vm-tooshort vm-whichbox""".split()
# More than one sentence, or a menu whose items are sentences: only the end is used, as a pause between
# sentences may well be an end.
SENTENCES = """agent-alreadyon agent-incorrect agent-user auth-incorrect conf-invalid demo-abouttotry demo-congrats
demo-echotest demo-moreinfo demo-nogo demo-thanks dir-intro-fn dir-intro invalid pbx-invalid pbx-invalidpark
priv-introsaved queue-periodic-announce ss-noservice tt-allbusy vm-instructions vm-invalidpassword vm-newuser
vm-opts-full vm-mismatch vm-record-prepend dictate/both_help dictate/play_help dictate/record_help vm-forward
vm-msginstruct vm-options vm-opts vm-review dir-instr""".split()

SPEAKERS = list(range(7, 904, 37))  # 25 of our voice's 904
TEXTS = """Hello, I would like to book an appointment for next week.
I was wondering, um, whether you have anything free on Thursday.
My name is Jonathan, and I am calling about my insurance.
Could you tell me, please, what time you close on Saturdays?
If it is possible, I would rather come in the morning.
Well, er, I think it was the twelfth of October.
I need to move my appointment, because my daughter is ill.
Do you have a car park, or should I come by bus?
Is it okay if I bring my son, who is four years old?
So, um, the thing is, I lost the letter you sent me.
I would like to speak to somebody about a bill I received.
When I rang yesterday, nobody could tell me the price.
Can you call me back this afternoon?
What time do you open on Monday?
How much does a check up cost?
I am a new patient and I have a toothache.
Please ask the manager to ring me when she is back.
Do you take walk ins?
That is very kind of you, thank you.
After the treatment, is there anything I should not eat?
For my wife, I need the same thing, but a day later.
Actually, no, could we make it half past three?
I have already paid, so I do not understand this letter.
Who am I speaking to?
It is on the corner of Mill Lane, next to the bakery.
I will be there on Friday at ten.
Would Tuesday at nine be all right?
On the other hand, er, Wednesday would be easier for me.
The number is in the book, I think, under Henderson.
Are you open on bank holidays?
I am sorry, I did not catch that.
Yes, that would be perfect.
Before I decide, I want to talk to my husband.
Where can I find the form on your website?
Let me see, um, I have to look at my calendar.
We were there in March, or maybe in April, for a cleaning.
Is Doctor Patel working tomorrow?
I just wanted to say that everything went well.
Since the last visit, it hurts when I drink something cold.
Could I have the address once more, please?""".split("\n")


@dataclass
class Example:
    speaker: str  # held out as one
    kind: str
    label: int
    file: str
    start: int
    end: int
    human: bool
    x: np.ndarray = field(default=None)


def read(path):
    with wave.open(path, "rb") as recording:
        assert recording.getframerate() == RATE and recording.getnchannels() == 1, path
        return np.frombuffer(recording.readframes(recording.getnframes()), dtype="<i2").astype(np.float64)


def levels(samples):
    frames = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
    return 10 * np.log10(np.mean(frames**2, axis=1) / 32768.0**2 + 1e-10)


def runs(mask):
    """(from, to) of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return list(zip(edges[::2], edges[1::2]))


class Cutter:
    """Where the speech of a recording begins, ends, pauses and dips."""

    def __init__(self, samples, shortest_pause):
        db = levels(samples)
        loud = np.percentile(db[db > db.max() - 30], 80)
        quiet = db < loud - 28
        quieter_than_speech = db < loud - 22
        sounding = np.flatnonzero(~quiet)
        self.first, self.last = sounding[0], sounding[-1] + 1
        inside = [(a, b) for a, b in runs(quiet) if a > self.first and b < self.last]
        self.pauses = [(a, b) for a, b in inside if b - a >= shortest_pause]
        dips = [(a, b) for a, b in runs(quieter_than_speech) if a > self.first and b < self.last]
        self.dips = [(a, b) for a, b in dips if 5 <= b - a < 12]


def examples_of(path, speaker, kind, label, human, rng, inner):
    samples = read(path)
    if len(samples) < RATE // 2:
        return []
    cutter = Cutter(samples, 20 if human else 12)  # Italian and Russian hold some consonants for 150 ms
    found = []

    def add(kind, label, begin, end, room):
        # The voice detector marks the end up to some 60 ms late, but never sees what comes after.
        end_sample = min(end * HOP + int(rng.integers(0, 480)), room * HOP, len(samples))
        if end - begin >= 40:
            found.append(Example(speaker, kind, label, path, max(0, begin * HOP - 400), end_sample, human))

    add(kind, label, cutter.first, cutter.last, len(samples) // HOP)
    if inner:
        for a, b in cutter.pauses:
            add("pause", 0, cutter.first, a, b)
        dips = [d for d in cutter.dips if d[0] - cutter.first >= 80 and cutter.last - d[1] >= 30]
        for at in rng.permutation(len(dips))[:2]:
            a, b = dips[at]
            add("dip", 0, cutter.first, a, b)
    return found


def human_examples(cache, rng):
    found = []
    for folder in HUMANS:
        speaker = SAME_SPEAKER.get(folder, folder)
        for names, kind, label, inner in ((OPEN, "open", 0, False), (SENTENCE, "whole", 1, True), (SENTENCES, "whole", 1, False)):
            for name in names:
                path = f"{SOUNDS}/{folder}/{name}.wav"
                if not os.path.exists(path):
                    path = converted(f"{SOUNDS}/{folder}/{name}.gsm", f"{cache}/{folder}-{name.replace('/', '-')}.wav")
                if path:
                    found += examples_of(path, speaker, kind, label, True, rng, inner)
    return found


def converted(source, target):
    if not os.path.exists(source):
        return None
    if not os.path.exists(target):
        subprocess.run(["sox", source, "-r", str(RATE), "-c", "1", "-b", "16", target], check=True)
    return target


class Tool:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer.startswith("error") or not answer:
            sys.exit(f"{line}: {answer}")
        return answer


def synthetic_examples(tool, cache, rng, texts):
    found = []
    for speaker in SPEAKERS:
        for number, text in enumerate(texts):
            path = f"{cache}/vits-{speaker}-{number}.wav"
            if (speaker + number) % 3:  # a third of the sentences for each speaker
                continue
            if not os.path.exists(path):
                tool.ask(f"say {speaker} 0.6 {path} {text}")
            found += examples_of(path, f"vits{speaker}", "whole", 1, False, rng, True)
    return found


def fit(x, y, weight, l2):
    """Logistic regression by Newton's method; the first column is the bias and is not held back."""
    w = np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], l2)
    penalty[0] = 0
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        gradient = x.T @ (weight * (p - y)) + penalty * w
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + np.diag(penalty + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        w -= step
        if np.abs(step).max() < 1e-6:
            break
    return w


def auc(scores, y):
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    for value in np.unique(scores):
        ranks[scores == value] = ranks[scores == value].mean()
    positives = y.sum()
    return (ranks[y == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(y) - positives))


def false_ends(scores, y, recall=0.85):
    threshold = np.quantile(scores[y == 1], 1 - recall)
    return np.mean(scores[y == 0] >= threshold)


class Scaler:
    def __init__(self, x):
        self.mean, self.std = x.mean(0), x.std(0) + 1e-6

    def __call__(self, x):
        return np.concatenate([np.ones((len(x), 1)), np.clip((x - self.mean) / self.std, -3, 3)], axis=1)


# How much each kind of example weighs. Dips are no pauses, but keep an utterance that is cut off from passing for
# one that is over. Synthetic speech is only tested on: its melody is not that of people.
KINDS = {"whole": 1.0, "open": 1.0, "pause": 1.0, "dip": 0.1}
NATURAL = ("open", "pause")


def weights_of(examples):
    """Ends and pauses count the same, whatever their numbers."""
    y = np.array([e.label for e in examples])
    weight = np.array([KINDS[e.kind] for e in examples])
    for label in (0, 1):
        weight[y == label] *= len(examples) / 2 / weight[y == label].sum()
    return y, weight


def train(examples, columns, l2):
    x = np.array([e.x for e in examples])[:, columns]
    scaler = Scaler(x)
    y, weight = weights_of(examples)
    return scaler, fit(scaler(x), y, weight, l2)


def logits(model, examples, columns):
    scaler, w = model
    return scaler(np.array([e.x for e in examples])[:, columns]) @ w


def split(examples, speaker):
    return [e for e in examples if e.speaker != speaker], [e for e in examples if e.speaker == speaker]


def natural_auc(examples, scores):
    part = np.array([e.label == 1 or e.kind in NATURAL for e in examples])
    return auc(scores[part], np.array([e.label for e in examples])[part])


def mean_auc(examples, columns, l2):
    """Over the speakers, each judged by what was trained on the others."""
    values = []
    for speaker in sorted({e.speaker for e in examples}):
        others, own = split(examples, speaker)
        values.append(natural_auc(own, logits(train(others, columns, l2), own, columns)))
    return np.mean(values)


def select(examples, columns, l2):
    """Leaves features out, one by one, while that does not hurt speakers who were not trained on."""
    columns = list(columns)
    best = mean_auc(examples, columns, l2)
    while len(columns) > 3:
        value, worst = max((mean_auc(examples, [c for c in columns if c != out], l2), out) for out in columns)
        if value < best:
            break
        best = value
        columns.remove(worst)
    return columns


def nested(people, columns, l2, names):
    """Scores of each speaker by a model whose features and weights were chosen on the other speakers alone."""
    scores = np.zeros(len(people))
    for speaker in sorted({e.speaker for e in people}):
        others, own = split(people, speaker)
        chosen = select(others, columns, l2)
        print(f"without {speaker}: {' '.join(names[c] for c in chosen)}")
        scores[np.array([e.speaker == speaker for e in people])] = logits(train(others, chosen, l2), own, chosen)
    return scores


def report(examples, scores, title):
    y = np.array([e.label for e in examples])
    kind = np.array([e.kind for e in examples])
    print(f"{title}: {y.sum()} ends")
    for name, wanted in (("open", ("open",)), ("pause", ("pause",)), ("both", NATURAL), ("dip", ("dip",))):
        part = (y == 1) | np.isin(kind, wanted)
        if (y[part] == 0).sum() >= 10:
            print(f"  against {name:6} n={(y[part] == 0).sum():4}  AUC {auc(scores[part], y[part]):.3f}  "
                  f"false ends at 85 % recall {100 * false_ends(scores[part], y[part]):.1f} %")


def calibrate(people, scores):
    """Platt: how far held-out scores have to be drawn towards 0.5 to mean what they say."""
    part = [i for i, e in enumerate(people) if e.label == 1 or e.kind in NATURAL]
    y, weight = weights_of([people[i] for i in part])
    x = np.stack([np.ones(len(part)), scores[part]], axis=1)
    shift, scale = fit(x, y, weight, 0.0)
    p = 1 / (1 + np.exp(-(shift + scale * scores[part])))
    print(f"calibration: logit = {shift:.2f} + {scale:.2f} * score; then (ends and pauses equally likely)")
    for low in np.arange(0, 1, 0.1):
        bin_ = (p >= low) & (p < low + 0.1)
        if bin_.sum() >= 10:
            share = np.average(y[bin_], weights=weight[bin_])
            print(f"  said {low:.1f} to {low + 0.1:.1f}: {share:.2f} were ends (n={bin_.sum()})")
    return shift, scale


def without_rises(scores, examples, names):
    """What score.cpp does to a negative verdict on a rising end, since questions are hardly in the material."""
    x = np.array([e.x for e in examples])
    high = np.clip(x[:, names.index("end_pitch")] / 3, 0, 1)
    turning = np.clip((x[:, names.index("final_turn")] - 0.5) / 1.0, 0, 1)
    return np.where(scores < 0, scores * (1 - high * turning), scores)


def report_reach(scores, examples, title):
    """How often the verdict is clear enough to change anything."""
    p = 1 / (1 + np.exp(-scores))
    question = np.array([not e.human and TEXTS[int(e.file.split("-")[-1][:-4])].endswith("?") for e in examples])
    kinds = np.array([f"{e.kind}{' question' if q and e.label else ''}" for e, q in zip(examples, question)])
    for kind in sorted(set(kinds)):
        part = p[kinds == kind]
        print(f"  {title} {kind:15} n={len(part):4}  below 0.3: {100 * np.mean(part < 0.3):3.0f} %  "
              f"above 0.8: {100 * np.mean(part > 0.8):3.0f} %")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", help="the turn_material program")
    parser.add_argument("--cache", default="/tmp/prosody-material", help="where rendered sound is kept")
    parser.add_argument("--l2", type=float, default=20.0)
    parser.add_argument("--save", help="an .npz of everything, for looking further")
    options = parser.parse_args()
    os.makedirs(options.cache, exist_ok=True)
    tool = Tool(options.tool)
    names = tool.ask("names").split()
    rng = np.random.default_rng(1)
    examples = human_examples(options.cache, rng) + synthetic_examples(tool, options.cache, rng, TEXTS)
    judged = []
    for example in examples:
        answer = tool.ask(f"features {example.file} {example.start} {example.end}")
        if answer != "none":
            example.x = np.array([float(value) for value in answer.split()])
            judged.append(example)
    print(f"{len(judged)} of {len(examples)} examples could be judged")
    if options.save:
        np.savez(options.save, x=np.array([e.x for e in judged]), names=names,
                 meta=np.array([[e.speaker, e.kind, e.label, int(e.human), e.file, e.start, e.end] for e in judged]))
    evaluate_and_train(judged, names, options.l2)


def evaluate_and_train(examples, names, l2):
    columns = range(len(names))
    people = [e for e in examples if e.human]
    machines = [e for e in examples if not e.human]
    held_out = nested(people, columns, l2, names)
    for speaker in sorted({e.speaker for e in people}):
        part = np.array([e.speaker == speaker for e in people])
        report([e for e in people if e.speaker == speaker], held_out[part], speaker)
    report(people, held_out, "all people, each held out")
    shift, scale = calibrate(people, held_out)
    softened = without_rises(shift + scale * held_out, people, names)
    report(people, softened, "all people, each held out, with rises taken as undecided")
    report_reach(softened, people, "human")
    chosen = select(people, columns, l2)
    scaler, w = train(people, chosen, l2)
    synthetic = without_rises(shift + scale * logits((scaler, w), machines, chosen), machines, names)
    report(machines, synthetic, "synthetic speech, none of it trained on")
    report_reach(synthetic, machines, "synthetic")
    print(f"constexpr float kBias = {shift + scale * w[0]:.3f}F;")
    for column, mean, std, weight in zip(chosen, scaler.mean, scaler.std, w[1:]):
        print(f"    {{Feature::{names[column]}, {mean:.3f}F, {std:.3f}F, {scale * weight:.3f}F}},")


if __name__ == "__main__":
    main()
