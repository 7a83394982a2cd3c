'use strict';
// Signing up and signing in. Which form it is follows from the address; a link's token stands in the fragment, which no
// server sees. What is typed goes to the API and nowhere else; tokens come as cookies that no script reads.

const at = (id) => document.getElementById(id);
const token = new URLSearchParams(location.hash.slice(1)).get('token') || '';
let challenge = '';

async function send(path, body) {
  const response = await fetch(`/api/auth/${path}`, {
    method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(30000),
    headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'frontdesk' },
  });
  const answer = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const fields = (answer.errors || []).map((each) => `${(each.pointer || '').slice(1)}: ${each.detail}`).join(' ');
  throw new Error(fields || sentence(answer.detail) || `The receptionist answered ${response.status}.`);
}

function sentence(text) {
  return text ? text[0].toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? '' : '.') : '';
}

const typed = () => ({ name: at('name').value.trim(), email: at('email').value.trim(), password: at('password').value });

async function signIn({ email, password }) {
  const answer = await send('login', { email, password, cookies: true });
  if (!answer.second_factor) return location.replace('/');
  challenge = answer.challenge;
  return show('code');
}

const forms = {
  '/welcome': {
    title: 'Welcome to Frontdesk', button: 'Create my account', fields: ['name', 'email', 'password'], fresh: true,
    lead: 'You are the first here: this account owns the receptionist, and can invite others.',
    needsToken: 'This link is not whole. Copy it again from where Frontdesk was started.',
    submit: async (values) => {
      const { verify_email: verify } = await send('register', { ...values, token });
      return verify ? say('Your account is there. Open the link that was mailed to you, then sign in.') : signIn(values);
    },
  },
  '/join': {
    title: 'Join Frontdesk', button: 'Create my account', fields: ['name', 'password'], fresh: true,
    lead: 'You were invited. Choose how you are called, and a password.',
    needsToken: 'This invitation is not whole. Open the link from the mail again.',
    submit: async ({ name, password }) => {
      await send('register', { name, password, token });
      say('Your account is there. You can sign in now.', ['/sign-in', 'Sign in']);
    },
  },
  '/sign-in': {
    title: 'Sign in', button: 'Sign in', fields: ['email', 'password'], more: ['/forgot-password', 'Forgot your password?'],
    submit: signIn,
  },
  code: {
    title: 'One more step', button: 'Sign in', fields: ['code'], more: ['/sign-in', 'Start again'],
    submit: async () => {
      await send('login/second-factor', { challenge, code: at('code').value.replace(/\s/g, ''), cookies: true });
      location.replace('/');
    },
  },
  '/forgot-password': {
    title: 'Forgot your password?', button: 'Mail me a link', fields: ['email'], more: ['/sign-in', 'Back to sign in'],
    lead: 'A link that lets you choose a new one is mailed to you, if there is such an account.',
    submit: async ({ email }) => {
      await send('forgot-password', { email });
      say('If there is such an account, a link is on its way. It is good for an hour.');
    },
  },
  '/reset-password': {
    title: 'Choose a new password', button: 'Save it', fields: ['password'], fresh: true,
    lead: 'All devices that are signed in will be signed out.',
    needsToken: 'This link is not whole. Open the one from the mail again.',
    submit: async ({ password }) => {
      await send('reset-password', { token, password });
      say('Your password is changed. Sign in with it.', ['/sign-in', 'Sign in']);
    },
  },
  '/verify-email': {
    title: 'Verify your e-mail address', button: 'It is mine', fields: [],
    needsToken: 'This link is not whole. Open the one from the mail again.',
    submit: async () => {
      await send('verify-email', { token });
      say('Thank you. You can sign in now.', ['/sign-in', 'Sign in']);
    },
  },
};

function follow(link) {
  at('more').replaceChildren();
  if (!link) return;
  const anchor = document.createElement('a');
  [anchor.href, anchor.textContent] = link;
  at('more').append(anchor);
}

function say(text, link) {
  for (const id of ['name-field', 'email-field', 'password-field', 'code-field', 'code-hint', 'send', 'lead']) at(id).hidden = true;
  at('problem').textContent = text;
  at('problem').classList.add('done');
  at('problem').hidden = false;
  follow(link);
}

function complain(text) {
  at('problem').textContent = text;
  at('problem').hidden = false;
}

let form = forms[location.pathname] || forms['/sign-in'];

function show(name) {
  form = name ? forms[name] : form;
  document.title = `${form.title} · Frontdesk`;
  at('title').textContent = form.title;
  at('lead').textContent = form.lead || '';
  at('lead').hidden = !form.lead;
  at('send').textContent = form.button;
  for (const field of ['name', 'email', 'password', 'code']) at(`${field}-field`).hidden = !form.fields.includes(field);
  at('code-hint').hidden = !form.fields.includes('code');
  at('password-hint').hidden = !form.fresh;
  at('password').autocomplete = form.fresh ? 'new-password' : 'current-password';
  at('problem').hidden = true;
  follow(form.more);
  if (form.needsToken && !token) return say(form.needsToken, ['/sign-in', 'Sign in']);
  if (form.fields.length) at(form.fields[0]).focus();
  return undefined;
}

at('reveal').addEventListener('click', () => {
  const shown = at('password').type === 'text';
  at('password').type = shown ? 'password' : 'text';
  at('reveal').textContent = shown ? 'Show' : 'Hide';
  at('reveal').setAttribute('aria-pressed', String(!shown));
});

at('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const missing = form.fields.find((field) => !at(field).value.trim());
  if (missing) {
    at(missing).focus();
    return complain('Please fill in every field.');
  }
  at('send').disabled = true;
  try {
    await form.submit(typed());
  } catch (problem) {
    complain(problem.name === 'TimeoutError' ? 'The receptionist does not answer. Try again.' : problem.message);
  }
  at('send').disabled = false;
  return undefined;
});

show();
