import { useState } from 'preact/hooks';
import type { SessionAnswer } from '../../api/session-answer.ts';
import { usePage } from '../page-context.ts';
import { links } from '../route.ts';
import { NoAnswerError } from '../source.ts';

export function SignInView() {
  const { session, source, readSession, announce } = usePage();
  const [token, setToken] = useState('');
  const [trouble, setTrouble] = useState('');
  const change = async (method: 'POST' | 'DELETE') => {
    try {
      await source.send<SessionAnswer>(method, '/api/session', method === 'POST' ? { token } : {});
      setToken('');
      setTrouble('');
      readSession();
      announce(method === 'POST' ? 'signed in' : 'signed out');
      if (method === 'POST') location.assign(links.runs());
    } catch (error) {
      setTrouble(error instanceof NoAnswerError ? error.message : String(error));
    }
  };
  const send = (event: Event) => {
    event.preventDefault();
    void change('POST');
  };
  return (
    <>
      <header class="head">
        <h1 tabIndex={-1}>Sign in</h1>
      </header>
      {trouble !== '' && (
        <p class="notice bad" role="alert">
          {trouble}
        </p>
      )}
      {session?.isSignedIn ? (
        <section>
          <p>
            You are signed in, and may {session.role === 'run' ? 'look, pause, resume and cancel' : 'look'} at{' '}
            <bdi>{session.cluster.name}</bdi>.
          </p>
          <p>
            <button type="button" class="button" onClick={() => change('DELETE')}>
              Sign out
            </button>
          </p>
        </section>
      ) : session?.signIn === 'token' ? (
        <section>
          <form onSubmit={send} class="sign-in">
            <p>
              Give a token of the cluster: whoever runs it hands them out. It signs this browser in for twelve hours, and is not
              kept in it.
            </p>
            <label class="field">
              Token
              <input
                type="password"
                autocomplete="current-password"
                required
                value={token}
                onInput={(event) => setToken(event.currentTarget.value)}
              />
            </label>
            <p>
              <button type="submit" class="button primary" disabled={token === ''}>
                Sign in
              </button>
            </p>
          </form>
        </section>
      ) : (
        <section>
          <p>
            {session?.signIn === 'link'
              ? 'Open the link that `scale dashboard` has printed: it signs this browser in for twelve hours, by a cookie.'
              : 'Nobody can sign in here: this page only shows.'}
          </p>
        </section>
      )}
    </>
  );
}
