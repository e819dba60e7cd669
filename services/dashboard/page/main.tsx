import { render } from 'preact';
import { App } from './app.tsx';
import { embeddedSource } from './embedded-source.ts';
import { httpSource } from './http-source.ts';
import './style.css';

const source = embeddedSource(document) ?? httpSource;
const { home } = source.embedded ?? {};
if (home !== undefined && location.hash === '') history.replaceState(null, '', `#${home}`);
const place = document.getElementById('page');
if (place !== null) render(<App source={source} />, place);
