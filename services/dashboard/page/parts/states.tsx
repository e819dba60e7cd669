import type { ComponentChildren } from 'preact';
import type { Answer } from '../answer-reader.ts';
import { usePage } from '../page-context.ts';
import { links } from '../route.ts';
import type { NoAnswerError } from '../source.ts';

/** What a view shows while there is nothing to show, each with what to do. */

export function Loading({ what }: { readonly what: string }) {
  return (
    <div class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      Reading {what} …
    </div>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

export function Problem({ problem, what }: { readonly problem: NoAnswerError; readonly what: string }) {
  const { readSession, live } = usePage();
  const again = () => {
    readSession();
    live.epoch.set(live.epoch.get() + 1);
  };
  return (
    <div class="empty problem" role="alert">
      <p class="empty-title">{titleOf(problem, what)}</p>
      <p>{problem.message}</p>
      {problem.needsSignIn && !navigator.cookieEnabled && (
        <p>This browser keeps no cookies for this page, and cannot be signed in without: allow them, and open the link again.</p>
      )}
      <p class="row">
        {problem.needsSignIn && (
          <a class="button primary" href={links.signIn()}>
            Sign in
          </a>
        )}
        <button type="button" class="button" onClick={again}>
          Try again
        </button>
        {problem.kind === 'not-found' && (
          <a class="button" href={links.runs()}>
            All runs
          </a>
        )}
      </p>
    </div>
  );
}

function titleOf({ kind, needsSignIn }: NoAnswerError, what: string): string {
  if (needsSignIn) return `Sign in to see ${what}`;
  if (kind === 'refused') return `You may not see ${what}`;
  if (kind === 'not-found') return `There is no such thing as ${what} here`;
  return kind === 'unreachable' ? 'No answer' : `${what.slice(0, 1).toUpperCase()}${what.slice(1)} could not be read`;
}

interface ShowProps<Value> {
  readonly answer: Answer<Value>;
  /** What is read, with its article: "the run". */
  readonly what: string;
  readonly children: (value: Value) => ComponentChildren;
}

/** The answer once it is there, and before that what stands in for it. */
export function Show<Value>({ answer, what, children }: ShowProps<Value>) {
  if (answer.state === 'loading') return <Loading what={what} />;
  if (answer.state === 'problem') return <Problem problem={answer.problem} what={what} />;
  return (
    <>
      {answer.problem && (
        <p class="notice" role="status">
          {answer.problem.message} What you see is as of before.
        </p>
      )}
      {children(answer.value)}
    </>
  );
}
