/** The last sentence of what leads to a call; with the one before it where it is no more than the label of a list item. */
export function lastSentence(lead: string): string {
  const sentences = sentencesOf(lead)
  const last = sentences.at(-1) ?? ''
  return /^\W*(?:\S+ ){0,2}\S+:$/.test(last) ? sentences.slice(-2).join('\n') : last
}

const sentencesOf = (text: string): readonly string[] =>
  text.split(/(?<=[.!?])\s+|\n+/).filter((part) => /\p{L}/u.test(part))

/** Whether a sentence says that its speaker acts. */
export const isIntent = (sentence: string): boolean => INTENT.test(sentence)

/** Whether what stands before a call leads to it: it says that its speaker acts, or that a call follows. */
export function isAnnouncing(lead: string): boolean {
  // A heading names what it stands over, whoever speaks; of the rest, the last sentence counts and what ends with a colon.
  const sentences = sentencesOf(lead.replace(/^#{1,6} .*[^:\s]$/gm, ''))
  return sentences.some(
    (sentence, index) =>
      (index === sentences.length - 1 || /:\s*$/.test(sentence)) &&
      (INTENT.test(sentence) || ANNOUNCEMENT.test(sentence)),
  )
}

const INTENT =
  /\b(?:I(?:['’](?:ll|m)| (?:will|am|need|have to|must|should|want to|can))|let(?: me|['’]s| us)|(?:we )?need|going to|calling|while I\b|ich|je vais|vo[yu]|d[eé]jame)\b|我[来会]|让我|^\W*(?:sure|okay|ok)\W*$/i
const ANNOUNCEMENT =
  /^\W*(?:sure|okay|ok|certainly|of course|one moment|hold on|thought:)|\b(?:function|tool)s?(?: to)?[ _]?call|\bhere(?:['’]s| is| are)\b|\b(?:provided|given) (?:function|tool)|\bthe user (?:want|need|is|ask)|\b(?:check|look|fetch|search|query|retriev)ing\b/i

/** Whether a sentence that leads to a call speaks of it: an example, a condition, a report, a refusal, a question. */
export const isAbout = (sentence: string): boolean => ABOUT.test(sentence.trim())

const CALL = 'call|us(?:e|ing)\\b|invok|run|execut|emit|output|writ|type|send|do\\b'
const ADVERB = '(?:(?:also|then|just|simply|always|now) )?'
const DO = `(?:${CALL}|try|make|be\\b|have|look|mean)`
const ABOUT = new RegExp(
  [
    String.raw`\b(?:e\.?g|i\.e|examples?|instance|such as|things like|similar to|equivalent|pseudo\w*|hypothetical\w*|suppose|imagine|pretend|sample|template|placeholders?|illustrat\w*|demonstrat\w*|syntax|doc(?:s|umentation)|usage|tutorial|plan|steps|spec\w*|signature|notations?|definition|schema|\w+ed (?:file|JSON|version|text)|(?:contents?|output|result) of|response from|curl|config\w*|payload|code|mock|würde|script|snippet|fixture|review|approv\w*|permission|explain|ignore|offer|suggest\w*|assum\w*|expected|which)\b|\bavailable \w+\W{0,9}$`,
    // Advice to somebody else, what one might do, and orders.
    String.raw`(?<!\bI )\b(?:can|may|must|should|(?:you|we|\w*one|\w+rs?|people) (?:needs?|ha(?:ve|s)) to) ${ADVERB}(?:${CALL}|try|make)|(?:\b(?:c|w)ould|\bmight|['’]d) ${ADVERB}${DO}`,
    String.raw`^(?:[^,.]{0,80}, )?(?:please |just |simply |then |first,? )*(?:${DO}|enter|copy|paste|save|put|add|insert|store)e?\b`,
    String.raw`\b(?:if|once|unless|until|after|when|soon as) (?:you|calling|[a-z]+ had|they|the user)\b|\b(?:you to|from you|your (?:OK|consent|prompt|code|app|message|server|file|data|JSON|text)|you (?:asked|sent|wanted)|tell me|show you|let me know|how (?:to|the (?:\w+ )?call|you|one|we|it|I|this)|ways to|(?:like|as) (?:this|so|these|that)|not sure|looks? like|what (?:\w+ ){0,6}(?:means?|contains?|is|does))\b`,
    String.raw`(?:\bnot|n['’]t|\bnever|\bavoid|\bwithout|\bunable to|\binstead of|\brather than) (?:\w+ ){0,3}(?:${CALL}|process|an? (?:real )?(?:tool|function))`,
    // Reports of what was.
    String.raw`\b(?:wrong|incorrect|invalid|malformed|broken|fail\w*|reject\w*|previous\w*|earlier|last (?:time|(?:\w+ )?calls)|history|mistake|log(?:s|ged)?|transcript|quot\w+|return(?:ed|s)|was|were|been)\b`,
    String.raw`\b(?:I|we|you|it|s?he|they|someone|the (?:user|model|assistant|docs?|log|author)) (?:(?:ha[vs]e?|had|already|just) )*(?:called|r[au]n|invoked|sent|made|used|executed|sa(?:id|ys)|wr[oi]tes?|emits?|outputs?|replied)\b`,
    String.raw`\?$`,
  ].join('|'),
  'i',
)

/** Whether what follows a call speaks of it; `isSameLine` where nothing but punctuation stands between. */
export function isRemark(tail: string, isSameLine: boolean): boolean {
  const said = tail.slice(0, 300)
  return (isSameLine ? GOES_ON : /^[Rr]eturn(?:s|ed)?\b/).test(said) || REMARK.test(said)
}

/** The sentence that the call stands in goes on, and not with what the call is for. */
const GOES_ON = /^(?!(?:to|and|for|now|first|so|then|next|again)\b)[a-z←→]/
const REMARK = new RegExp(
  String.raw`^[^.!?\n]{0,200}\b(?:example|hypothetical|placeholders?|illustrat\w*|replace|substitute|paste|curl|would ${DO})\b|(?:^|[.!?\n])(?![^?]*\b(?:else|another|more|do next|help|assist|to know)\b)[^.!?\n]{1,200}(?:\?(?:\s|$)|？)|^(?:\^|role\b)|\b(?:please confirm|if allowed|your approval)\b|\b(?:I|you)['’]d\b|\b(?:type|reply|say|answer|press) (?:with )?\W?(?:yes|ok|y|enter)\b|\b(?:did|was|were|do|ha[vs]e?|is|are|[cw]ould|can?|will|wo)(?: ?not|n['’]t) (?:\w+ )?(?:call|run|execut|sen[dt]|made|been|do (?:that|this|so)|an? (?:real|actual))`,
  'i',
)
