import { render } from 'preact';
import { App } from './app.tsx';
import { embeddedSource } from './embedded-source.ts';
import { httpSource } from './http-source.ts';
import './style.css';

const place = document.getElementById('page');
if (place !== null) render(<App source={embeddedSource(document) ?? httpSource} />, place);
