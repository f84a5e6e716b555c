// Turns the stable code of a failure into words and a next step (what happened, what is safe, what to do).

export interface Explained {
  title: string;
  next: string;
}

const table: Record<string, Explained> = {
  unreachable: {
    title: 'Afterchat does not answer',
    next: 'The program behind this page has stopped. Everything it confirmed is kept; start it again to go on.',
  },
  session_over: {
    title: 'This page’s session is over',
    next: 'Run “afterchat serve” again and open the newest link it prints.',
  },
  export_not_written: {
    title: 'The file was not written',
    next: 'Nothing in the archive has changed. Check the disk, then save it again.',
  },
  nothing_chosen: {
    title: 'No delivery fits',
    next: 'Nothing was written or sent. Choose others, or widen the filter.',
  },
  search_not_understood: {
    title: 'A condition of the search was not understood',
    next: 'Nothing was written or sent, because it would have been more than was meant. Mend the search first.',
  },
  replay_stopped: {
    title: 'Stopped at the first failure',
    next: 'The report tells which one. The deliveries after it were not sent.',
  },
  not_writable_so: {
    title: 'It cannot be written like this',
    next: 'Copy it as curl instead.',
  },
  no_answer_plan: {
    title: 'These answers cannot be given',
    next: 'Nothing was changed. Look at what is marked and set the answers again.',
  },
  tunnel_elsewhere: {
    title: 'Another Afterchat program keeps the tunnel up',
    next: 'Look at it there, or stop it there first. Two programs would fight for one address.',
  },
  tunnel_off: {
    title: 'The tunnel is off',
    next: 'Start it first.',
  },
  tunnel_bad_settings: {
    title: 'The tunnel’s settings do not work',
    next: 'Nothing was started. Change what is named here, then start it.',
  },
  tunnel_program_missing: {
    title: 'The program is not there',
    next: 'Install it, or enter its whole path as the command. Afterchat downloads no programs.',
  },
  tunnel_auth_refused: {
    title: 'The other side lets nobody in with this',
    next: 'Check the key, token or secret and the account behind it, then start again.',
  },
  tunnel_host_key_changed: {
    title: 'The server shows another key than before',
    next: 'If you set it up anew, take its line out of “known_hosts” in the archive’s folder “tunnel” and start again. If not, somebody else may be answering.',
  },
  tunnel_port_refused: {
    title: 'The public port cannot be had',
    next: 'Another program or session holds it, or the account may not have it. Choose another port.',
  },
  tunnel_unresolved: {
    title: 'The server’s name is not known',
    next: 'It is tried again by itself. Check the name, and whether this machine is online.',
  },
  tunnel_unreachable: {
    title: 'The other side cannot be reached',
    next: 'It is tried again by itself. Check whether this machine is online.',
  },
  tunnel_lost: {
    title: 'The connection broke',
    next: 'It is made again by itself. What was answered is kept.',
  },
  tunnel_ended: {
    title: 'The tunnel’s program ended',
    next: 'It is started again by itself. Its last words are in the log.',
  },
  tunnel_no_address: {
    title: 'No public address came',
    next: 'It is started again by itself. The log shows what the program says instead.',
  },
  tunnel_not_reachable: {
    title: 'Nothing comes back from the public address',
    next: 'It is asked again by itself. Check what stands before the tunnel: a proxy, a DNS entry, a firewall.',
  },
  tunnel_answered_by_another: {
    title: 'Something else answers at the public address',
    next: 'Lead that address to the tunnel’s door. A page that asks visitors to confirm something is such an answer too.',
  },
  tunnel_rate_limited: {
    title: 'The service gives out no more tunnels for now',
    next: 'It is tried again by itself, ever more slowly. A named tunnel has no such limit.',
  },
  tunnel_udp_blocked: {
    title: 'This network blocks QUIC',
    next: 'Switch on “HTTP/2 instead of QUIC” and start again.',
  },
  history_incomplete: {
    title: 'Something is missing',
    next: 'Token, ids and address are entered under History with “Change”. Nothing was sent.',
  },
  history_address_refused: {
    title: 'This address is not asked',
    next: 'Enter the service’s own address, beginning with https://. Nothing was sent.',
  },
  history_credential_refused: {
    title: 'The service did not accept the credential',
    next: 'Check the token and the ids, enter them again and start again. What was fetched is kept.',
  },
  history_not_found: {
    title: 'The service does not know what was asked for',
    next: 'Check the address and the ids that were entered.',
  },
  history_status: {
    title: 'The service refused the request',
    next: 'What was fetched is kept. Check what was entered, then start again to go on.',
  },
  history_redirected: {
    title: 'The service points to another address',
    next: 'It was not followed, because the credential would go along. Enter the address that the service uses now.',
  },
  history_elsewhere: {
    title: 'The next page lies on another server',
    next: 'It was not asked. What was fetched is kept.',
  },
  history_no_answer: {
    title: 'The service does not answer',
    next: 'It was tried several times. What was fetched is kept; start again later to go on.',
  },
  history_busy: {
    title: 'The service asks to come back later',
    next: 'What was fetched is kept; start again later to go on.',
  },
  history_too_large: {
    title: 'An answer was too large',
    next: 'It was not read to its end. What was fetched is kept.',
  },
  history_unreadable: {
    title: 'The service’s answer could not be understood',
    next: 'What was fetched is kept. Check the address, then start again.',
  },
  history_repeats: {
    title: 'The service told the same page twice',
    next: 'It was not asked for more. What was fetched is kept.',
  },
  history_not_kept: {
    title: 'What was fetched could not be kept',
    next: 'Nothing kept before is lost. Free some space, then start again to go on.',
  },
  history_running: { title: 'It is being fetched already', next: 'Its progress stands on the page History.' },
  history_request_line: {
    title: 'This is no request',
    next: 'Write a method and a path as the documentation prints them, such as “POST customer/{customerId}”.',
  },
  not_chatvisor: {
    title: 'This conversation has no Chatvisor customer',
    next: 'Nothing was sent.',
  },
  not_found: { title: 'It is not in the archive', next: 'It may have been erased since the list was drawn.' },
  bad_question: {
    title: 'The request was not understood',
    next: 'Reload the page; it may be older than the program.',
  },
  unknown_call: {
    title: 'The request was not understood',
    next: 'Reload the page; it may be older than the program.',
  },
  archive_busy: {
    title: 'The archive is busy',
    next: 'Another program uses it. Nothing is lost; try again in a moment.',
  },
  opening: {
    title: 'The archive is still being opened',
    next: 'Nothing was done. Try again when the inbox is there.',
  },
  disk_full: {
    title: 'The disk is full',
    next: 'Everything kept so far is safe, but nothing new can be kept. Free some space.',
  },
  archive_read_only: {
    title: 'The archive cannot be written',
    next: 'It can still be read. Allow this account to write to its folder.',
  },
  archive_damaged: {
    title: 'The archive file is damaged',
    next: 'Nothing new is confirmed until it is repaired. Quit Afterchat and start it again: it sets the file aside, keeps everything readable and offers the newest good backup.',
  },
  archive_foreign: {
    title: 'The file belongs to another program',
    next: 'It was left as it is. Choose another folder for Afterchat, or move that file away.',
  },
  archive_being_exchanged: {
    title: 'Another Afterchat program is repairing or restoring this archive',
    next: 'Nothing was changed. Try again when it is done.',
  },
  archive_in_use: {
    title: 'Another Afterchat program has this archive open',
    next: 'Nothing was changed. Quit it first, its icon in the tray included.',
  },
  file_exists: {
    title: 'There is a file of this name already',
    next: 'Nothing was written. Try again in a moment, or choose another name.',
  },
  no_room: {
    title: 'There is too little room on the disk',
    next: 'Nothing was written, and room is left for deliveries. Free some space; the next backup is tried by itself.',
  },
  no_room_to_repair: {
    title: 'There is too little room to repair the archive',
    next: 'The damaged files and all backups are as they were. Free about as much space as the archive takes, and start Afterchat again.',
  },
  no_room_to_migrate: {
    title: 'There is too little room to bring the archive to the newest format',
    next: 'The archive and all backups are as they were. Free some space, and start Afterchat again.',
  },
  no_backup: {
    title: 'This is no backup of an Afterchat archive',
    next: 'Nothing was changed. Choose another file.',
  },
  backup_damaged: {
    title: 'This backup is damaged',
    next: 'Nothing was changed. Use another one.',
  },
  backup_elsewhere: {
    title: 'Another Afterchat program is making a backup just now',
    next: 'Nothing is to be done; it is the same archive.',
  },
  archive_newer: {
    title: 'A newer Afterchat wrote this archive',
    next: 'Nothing was changed. Install the newer version.',
  },
  same_visitor: {
    title: 'They are one visitor already',
    next: 'Nothing was changed.',
  },
  closing: { title: 'Afterchat is closing', next: 'Start it again to go on.' },
  not_listening: {
    title: 'The listener is not running',
    next: 'Hook addresses answer only while it runs. Restart Afterchat to open it again.',
  },
  port_unavailable: {
    title: 'No port could be opened',
    next: 'Other programs hold the ports. Close one and try again.',
  },
  no_source: { title: 'No hook address takes this sample', next: 'Add one first, under Hook addresses.' },
  target_not_http: {
    title: 'This is no web address',
    next: 'Enter an address that begins with http:// or https://. Nothing was sent.',
  },
  target_with_credentials: {
    title: 'The address holds a user name or a password',
    next: 'Take them out, and send them in a header if they are needed. Nothing was sent.',
  },
  target_unknown: {
    title: 'This name stands for no server',
    next: 'Check the address. Nothing was sent.',
  },
  target_refused: {
    title: 'Nothing is sent to this address',
    next: 'Link-local and metadata addresses are never reached, and this machine only as localhost or by its own address. Nothing was sent.',
  },
  target_unreachable: {
    title: 'Nothing answers there',
    next: 'Check the address and whether that program runs. Nothing was sent.',
  },
  target_not_trusted: {
    title: 'No secure connection could be made',
    next: 'The server’s certificate must be for this name and one that this machine trusts. Nothing was sent.',
  },
  method_invalid: {
    title: 'This method cannot be sent',
    next: 'Use a word such as POST. Nothing was sent.',
  },
  header_invalid: {
    title: 'A header cannot be sent',
    next: 'Names are made of letters, digits and dashes; no value holds a line break. Nothing was sent.',
  },
  answer_broken_off: {
    title: 'The connection ended in the middle of the answer',
    next: 'The request was sent. Whether it was taken, only the other side knows.',
  },
  answer_not_http: {
    title: 'What came back is no answer of HTTP',
    next: 'The request was sent. Check whether the address and its port are those of a web server.',
  },
  answer_too_slow: {
    title: 'There was no whole answer in time',
    next: 'The request may have been taken. Look there before sending it again.',
  },
  trial_failed: {
    title: 'It could not be tried',
    next: 'Nothing was sent and nothing was changed.',
  },
  no_fresh_conversation: {
    title: 'The copies cannot be told apart',
    next: 'This payload names no conversation whose id could be changed. Send the copies as they are.',
  },
  sample_unnamed: {
    title: 'A sample needs a name',
    next: 'Enter one. Nothing was changed.',
  },
  sample_not_sent: {
    title: 'The sample did not arrive',
    next: 'Check in the status line that the listener is running.',
  },
  name_taken: { title: 'That name is taken', next: 'Choose another name for the hook address.' },
  name_invalid: {
    title: 'That name cannot stand in an address',
    next: 'Use 1 to 40 lower-case letters, digits and hyphens.',
  },
  nothing_to_import: {
    title: 'There was no file in it',
    next: 'Choose or drop files, or a folder with files.',
  },
  upload_too_large: {
    title: 'That is too much at once',
    next: 'Nothing was taken in. Import fewer files at a time, or use “afterchat import”.',
  },
  upload_broken_off: {
    title: 'Not everything was sent',
    next: 'Nothing was taken in. A file may have changed meanwhile; try again.',
  },
  upload_not_written: {
    title: 'The files could not be kept while they were sent',
    next: 'Nothing was taken in. Free some space on the disk of the archive and try again.',
  },
  report_not_written: {
    title: 'The report was not written',
    next: 'Choose another folder. What was imported stays.',
  },
  work_running: { title: 'It has not ended yet', next: 'Cancel it first, or wait for its end.' },
  no_origin: {
    title: 'Nothing that is kept says this any more',
    next: 'The delivery it came from may have been erased. Reload the conversation to see what is known now.',
  },
  no_such_place: {
    title: 'The delivery has no value at this place',
    next: 'The address may be of another delivery. Choose a value in the tree.',
  },
  signs_nothing: {
    title: 'This service signs nothing',
    next: 'There is nothing to check with a secret. Its address is the only secret.',
  },
  secret_empty: { title: 'The secret is empty', next: 'Copy it from the settings of the service.' },
  secret_known: {
    title: 'This secret is set already',
    next: 'Look at the list above it. Nothing was changed.',
  },
  target_name_taken: {
    title: 'Another target of this address is called so',
    next: 'Choose another name, or remove the other target first.',
  },
  too_many_targets: {
    title: 'This address has too many targets',
    next: 'Remove one that is no longer used first.',
  },
  target_is_here: {
    title: 'This is a hook address of this very Afterchat',
    next: 'What arrives there would be forwarded to it without end. Enter the address of another program.',
  },
  forward_loop: {
    title: 'It goes in a circle',
    next: 'It has come through several Afterchats already. Look where their targets lead.',
  },
  label_taken: { title: 'Another secret is called so', next: 'Choose another name, or leave it empty.' },
  too_many_old_addresses: {
    title: 'Too many old addresses still work',
    next: 'Nothing was changed. End them first, or end the old address at once with the new token.',
  },
  too_many_secrets: {
    title: 'This address has too many secrets',
    next: 'Remove one that the service no longer signs with.',
  },
  link_refused: { title: 'The link was not opened', next: 'Only http, https and mailto links are opened.' },
  clipboard: { title: 'Nothing was copied', next: 'Select the text and copy it by hand.' },
};

export function explain(code: string, detail: string): Explained {
  const known = table[code];
  if (known) return known;
  return { title: 'That did not work', next: detail || code };
}
