// The platform as somebody else would write it: another language, another crypto library, from the documentation
// alone. Reads one JSON object {url, token, appId, aesKey, mode, account, at} from standard input, talks to the
// callback, prints what came back as JSON.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const account = JSON.parse(await new Promise((done) => {
  let text = '';
  process.stdin.on('data', (part) => (text += part)).on('end', () => done(text));
}));
const key = Buffer.from(account.aesKey + '=', 'base64');
const sha1 = (...parts) => createHash('sha1').update(parts.sort().join('')).digest('hex');

function seal(message) {
  const text = Buffer.from(message, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  let plain = Buffer.concat([randomBytes(16), length, text, Buffer.from(account.appId)]);
  const pad = 32 - (plain.length % 32);
  plain = Buffer.concat([plain, Buffer.alloc(pad, pad)]);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
}

function unseal(sealed) {
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(Buffer.from(sealed, 'base64')), decipher.final()]);
  const content = plain.subarray(16, plain.length - plain[plain.length - 1]);
  const end = 4 + content.readUInt32BE(0);
  if (content.subarray(end).toString() !== account.appId) throw new Error('another app id');
  return content.subarray(4, end).toString('utf8');
}

const field = (xml, name) => {
  const found = new RegExp(`<${name}>(?:<!\\[CDATA\\[([\\s\\S]*?)\\]\\]>|([^<]*))</${name}>`).exec(xml);
  return found ? (found[1] ?? found[2]) : null;
};

async function push(fields, nonce, tries = 1) {
  const all = { ToUserName: account.account, FromUserName: 'o-independent-01', CreateTime: account.at, ...fields };
  const inner = Object.entries(all).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`).join('');
  const stamp = String(account.at);
  const query = new URLSearchParams({ signature: sha1(account.token, stamp, nonce), timestamp: stamp, nonce, openid: all.FromUserName });
  let body = `<xml>${inner}</xml>`;
  if (account.mode !== 'plain') {
    const sealed = seal(body);
    query.set('encrypt_type', 'aes');
    query.set('msg_signature', sha1(account.token, stamp, nonce, sealed));
    body = `<xml>${account.mode === 'compatible' ? inner : ''}<Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`;
  }
  const answers = [];
  for (let n = 0; n < tries; n += 1) {
    const response = await fetch(`${account.url}?${query}`, { method: 'POST', body, headers: { 'Content-Type': 'text/xml' } });
    const text = await response.text();
    answers.push({ status: response.status, text, ...opened(text) });
  }
  return answers;
}

function opened(text) {
  const sealed = field(text, 'Encrypt');
  if (sealed === null) return { sealed: false, type: field(text, 'MsgType'), to: field(text, 'ToUserName'), content: field(text, 'Content') };
  const signed = sha1(account.token, field(text, 'TimeStamp'), field(text, 'Nonce'), sealed) === field(text, 'MsgSignature');
  const xml = unseal(sealed);
  return { sealed: true, signed, type: field(xml, 'MsgType'), to: field(xml, 'ToUserName'), content: field(xml, 'Content'), url: field(xml, 'Url') };
}

async function check() {
  const [stamp, nonce] = [String(account.at), '77'];
  const query = new URLSearchParams({ signature: sha1(account.token, stamp, nonce), timestamp: stamp, nonce, echostr: '6458123<b>' });
  const response = await fetch(`${account.url}?${query}`);
  return { status: response.status, text: await response.text(), kind: response.headers.get('content-type') };
}

console.log(JSON.stringify({
  check: await check(),
  help: await push({ MsgType: 'text', Content: '帮助', MsgId: '2345678901234567' }, '1001', 3),
  business: await push({ MsgType: 'text', Content: '业务办理', MsgId: '2345678901234568' }, '1002'),
  subscribe: await push({ MsgType: 'event', Event: 'subscribe', EventKey: '' }, '1003'),
  tap: await push({ MsgType: 'event', Event: 'CLICK', EventKey: 'FAQ' }, '1004'),
  view: await push({ MsgType: 'event', Event: 'VIEW', EventKey: 'https://example.cn/', MenuId: '1' }, '1005'),
  emoji: await push({ MsgType: 'text', Content: '😀 & <帮助> 𠮷', MsgId: '2345678901234569' }, '1006'),
}));
