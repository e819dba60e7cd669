/**
 * What to do about a connection that fails for a reason that waiting does not fix; undefined where it may yet succeed.
 * @param code from the system, TLS or undici
 */
export function connectionRemedy(code: string, message: string): string | undefined {
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired; renew it';
  if (code === 'CERT_NOT_YET_VALID') return "its certificate is not valid yet; check this machine's clock";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'its certificate is for another name; base_url must use the name it was issued for';
  if (untrusted.test(code)) {
    return 'its certificate is not signed by any authority that this machine trusts; for an authority of your own, set NODE_EXTRA_CA_CERTS to the file of its certificate';
  }
  if (/wrong version number|packet length too long|http request/i.test(message) || code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return 'it does not speak TLS; base_url may have to begin with http://';
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'the headers of its answers are too long: have a gateway send fewer';
  if (code.startsWith('HPE_') || /does not match the HTTP/.test(message))
    return 'it does not speak HTTP; base_url may have to begin with https://, or may have the wrong port';
  // From undici's ProxyAgent, for a tunnel and for plain http.
  const proxy = /Proxy response \((\d+)\)|Proxy Authentication Required \((407)\)/.exec(message);
  const status = proxy?.[1] ?? proxy?.[2];
  if (status === '407')
    return 'the proxy requires a user name and password: http://USER:PASSWORD@HOST:PORT in HTTP_PROXY or HTTPS_PROXY';
  if (status?.startsWith('4')) return 'the proxy refuses to connect to it; list it in NO_PROXY to reach it directly';
  return undefined;
}

const untrusted = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE)$/;
