// A Matrix client on matrix-js-sdk that lets only cross-signed devices read, driven by one JSON command a line.
//
// It prints one JSON object a line: {"ready": true}, {"done": …} for each command, {"seen": …} for each message.

import * as readline from "node:readline";

import { ClientEvent, MatrixEventEvent, MsgType, createClient } from "matrix-js-sdk";
import { OnlySignedDevicesIsolationMode } from "matrix-js-sdk/lib/crypto-api/index.js";
import { logger } from "matrix-js-sdk/lib/logger.js";

const [url, userId, deviceId, accessToken, password] = process.argv.slice(2);
const tell = (what) => process.stdout.write(JSON.stringify(what) + "\n");

logger.setLevel("silent");
for (const level of ["log", "info", "debug", "warn", "error"]) console[level] = () => {}; // stdout is for what we tell

const client = createClient({ baseUrl: url, userId, deviceId, accessToken });
await client.initRustCrypto({ useIndexedDB: false });
const crypto = client.getCrypto();
await crypto.bootstrapCrossSigning({
    authUploadDeviceSigningKeys: (upload) =>
        upload({ type: "m.login.password", identifier: { type: "m.id.user", user: userId }, password }),
});
crypto.setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());

const show = (event) => {
    if (event.getType() !== "m.room.message") return;
    tell({
        seen: {
            room: event.getRoomId(),
            id: event.getId(),
            sender: event.getSender(),
            encrypted: event.isEncrypted(),
            failed: event.isDecryptionFailure(),
            body: event.getContent().body,
        },
    });
};
client.on(ClientEvent.Event, (event) => {
    if (!event.isEncrypted() || event.getClearContent()) show(event);
});
client.on(MatrixEventEvent.Decrypted, show);

await client.startClient();
await new Promise((ready) => client.once(ClientEvent.Sync, ready));
tell({ ready: true });

const commands = {
    async open({ other }) {
        const algorithm = { algorithm: "m.megolm.v1.aes-sha2" };
        const encryption = { type: "m.room.encryption", state_key: "", content: algorithm };
        const preset = "trusted_private_chat";
        const made = await client.createRoom({ preset, invite: [other], is_direct: true, initial_state: [encryption] });
        return made.room_id;
    },
    async say({ room, body }) {
        return (await client.sendMessage(room, { msgtype: MsgType.Text, body })).event_id;
    },
    async signed({ user }) {
        const devices = (await crypto.getUserDeviceInfo([user], true)).get(user) ?? new Map();
        const states = await Promise.all([...devices.keys()].map((id) => crypto.getDeviceVerificationStatus(user, id)));
        return states.map((state) => Boolean(state?.signedByOwner));
    },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
    const { command, ...args } = JSON.parse(line);
    try {
        tell({ done: await commands[command](args) });
    } catch (error) {
        tell({ failed: String(error) });
    }
}
process.exit(0);
