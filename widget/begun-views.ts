// What a chat shows once it has begun, in one chunk that comes then.
import './chat/end-chat.ts';
import './chat/place-in-line.ts';
