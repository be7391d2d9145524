/** What forms say: the questions before the chat, the address for an answer, and what comes after a conversation. */
export const formEn = {
  preChatTitle: 'Before we start',
  preChatText: 'A few details help us answer you faster.',
  start: 'Start the chat',
  optional: 'optional',
  choose: 'Please choose…',
  privacy: 'Privacy',
  // mistakes
  required: (label: string): string => `Please fill in “${label}”.`,
  invalidEmail: 'This doesn’t look like an e-mail address, e.g. name@example.com.',
  invalidPhone: 'This doesn’t look like a phone number.',
  refused: {
    default: 'That didn’t work. Please try again in a moment.',
    offline: 'There’s no connection right now. Please try again in a moment.',
    timeout: 'There’s no answer right now. Please try again in a moment.',
    rate_limited: 'That was a lot at once. Please try again in a moment.',
    unprocessable: 'This wasn’t accepted. Please check what you entered.',
    bad_request: 'This wasn’t accepted. Please check what you entered.',
    mail_off: 'We can’t send mail from here at the moment.',
  } as Record<string, string> & { default: string },
  // an address for the answer
  emailTitle: 'Where can we answer you?',
  emailText: 'Nobody is here right now. Leave an e-mail address and we’ll write to you there, too.',
  email: 'E-mail',
  emailSave: 'Save',
  skip: 'No, thanks',
  emailThanks: (email: string): string => `Thank you. We’ll also write to ${email}.`,
  // after a conversation
  rateTitle: 'How was this conversation?',
  scores: ['Very bad', 'Bad', 'Okay', 'Good', 'Very good'] as readonly string[],
  comment: 'Would you like to tell us more?',
  rate: 'Send',
  rated: (words: string): string => `Thank you for your rating: ${words}.`,
  rateAgain: 'Change',
  transcript: 'E-mail me this conversation',
  transcriptSend: 'Send',
  transcriptSent: (email: string): string => `The conversation is on its way to ${email}.`,
  cancel: 'Cancel',
  sending: 'Sending…',
};

/** The words of forms in one language. */
export type FormTexts = typeof formEn;
