/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError, $Array = $util.global.Array;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const cardkeep = $root.cardkeep = (() => {

    /**
     * Namespace cardkeep.
     * @exports cardkeep
     * @namespace
     */
    const cardkeep = {};

    cardkeep.Config = (function() {

        /**
         * Properties of a Config.
         * @typedef {Object} cardkeep.Config.$Properties
         * @property {number|null} [format] Config format
         * @property {Uint8Array|null} [storeId] Config storeId
         * @property {Array.<string>|null} [mustRead] Config mustRead
         * @property {Array.<string>|null} [mustWrite] Config mustWrite
         * @property {Array.<string>|null} [mustCheck] Config mustCheck
         * @property {Uint8Array|null} [idKey] Config idKey
         * @property {Uint8Array|null} [idKeyCheck] Config idKeyCheck
         * @property {number|null} [packBytes] Config packBytes
         * @property {number|null} [frameBytes] Config frameBytes
         * @property {number|null} [codec] Config codec
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Config.
         * @memberof cardkeep
         * @interface IConfig
         * @augments cardkeep.Config.$Properties
         * @deprecated Use cardkeep.Config.$Properties instead.
         */

        /**
         * Shape of a Config.
         * @typedef {cardkeep.Config.$Properties} cardkeep.Config.$Shape
         */

        /**
         * Constructs a new Config.
         * @memberof cardkeep
         * @classdesc Represents a Config.
         * @constructor
         * @param {cardkeep.Config.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Config = function (properties) {
            this.mustRead = [];
            this.mustWrite = [];
            this.mustCheck = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Config format.
         * @member {number} format
         * @memberof cardkeep.Config
         * @instance
         */
        Config.prototype.format = 0;

        /**
         * Config storeId.
         * @member {Uint8Array} storeId
         * @memberof cardkeep.Config
         * @instance
         */
        Config.prototype.storeId = $util.newBuffer([]);

        /**
         * Config mustRead.
         * @member {Array.<string>} mustRead
         * @memberof cardkeep.Config
         * @instance
         */
        Config.prototype.mustRead = $util.emptyArray;

        /**
         * Config mustWrite.
         * @member {Array.<string>} mustWrite
         * @memberof cardkeep.Config
         * @instance
         */
        Config.prototype.mustWrite = $util.emptyArray;

        /**
         * Config mustCheck.
         * @member {Array.<string>} mustCheck
         * @memberof cardkeep.Config
         * @instance
         */
        Config.prototype.mustCheck = $util.emptyArray;

        /**
         * Config idKey.
         * @member {Uint8Array} idKey
         * @memberof cardkeep.Config
         * @instance
         */
        Config.prototype.idKey = $util.newBuffer([]);

        /**
         * Config idKeyCheck.
         * @member {Uint8Array} idKeyCheck
         * @memberof cardkeep.Config
         * @instance
         */
        Config.prototype.idKeyCheck = $util.newBuffer([]);

        /**
         * Config packBytes.
         * @member {number} packBytes
         * @memberof cardkeep.Config
         * @instance
         */
        Config.prototype.packBytes = 0;

        /**
         * Config frameBytes.
         * @member {number} frameBytes
         * @memberof cardkeep.Config
         * @instance
         */
        Config.prototype.frameBytes = 0;

        /**
         * Config codec.
         * @member {number} codec
         * @memberof cardkeep.Config
         * @instance
         */
        Config.prototype.codec = 0;

        /**
         * Encodes the specified Config message. Does not implicitly {@link cardkeep.Config.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Config
         * @static
         * @param {cardkeep.Config.$Properties} message Config message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Config.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.format != null && $Object.hasOwnProperty.call(message, "format") && message.format !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.format);
            if (message.storeId != null && $Object.hasOwnProperty.call(message, "storeId") && message.storeId.length)
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.storeId);
            if (message.mustRead != null && message.mustRead.length)
                for (let i = 0; i < message.mustRead.length; ++i)
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.mustRead[i]);
            if (message.mustWrite != null && message.mustWrite.length)
                for (let i = 0; i < message.mustWrite.length; ++i)
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.mustWrite[i]);
            if (message.mustCheck != null && message.mustCheck.length)
                for (let i = 0; i < message.mustCheck.length; ++i)
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.mustCheck[i]);
            if (message.idKey != null && $Object.hasOwnProperty.call(message, "idKey") && message.idKey.length)
                writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.idKey);
            if (message.idKeyCheck != null && $Object.hasOwnProperty.call(message, "idKeyCheck") && message.idKeyCheck.length)
                writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.idKeyCheck);
            if (message.packBytes != null && $Object.hasOwnProperty.call(message, "packBytes") && message.packBytes !== 0)
                writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.packBytes);
            if (message.frameBytes != null && $Object.hasOwnProperty.call(message, "frameBytes") && message.frameBytes !== 0)
                writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.frameBytes);
            if (message.codec != null && $Object.hasOwnProperty.call(message, "codec") && message.codec !== 0)
                writer.uint32(/* id 10, wireType 0 =*/80).uint32(message.codec);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Config message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Config
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Config & cardkeep.Config.$Shape} Config
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Config.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Config();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.format = value;
                        else
                            delete message.format;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.storeId = value;
                        else
                            delete message.storeId;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.mustRead && message.mustRead.length))
                            message.mustRead = [];
                        message.mustRead.push(reader.stringVerify());
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if (!(message.mustWrite && message.mustWrite.length))
                            message.mustWrite = [];
                        message.mustWrite.push(reader.stringVerify());
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if (!(message.mustCheck && message.mustCheck.length))
                            message.mustCheck = [];
                        message.mustCheck.push(reader.stringVerify());
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.idKey = value;
                        else
                            delete message.idKey;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.idKeyCheck = value;
                        else
                            delete message.idKeyCheck;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.packBytes = value;
                        else
                            delete message.packBytes;
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.frameBytes = value;
                        else
                            delete message.frameBytes;
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.codec = value;
                        else
                            delete message.codec;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Config message.
         * @function verify
         * @memberof cardkeep.Config
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Config.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.format != null && $Object.hasOwnProperty.call(message, "format"))
                if (!$util.isInteger(message.format))
                    return "format: integer expected";
            if (message.storeId != null && $Object.hasOwnProperty.call(message, "storeId"))
                if (!(message.storeId && typeof message.storeId.length === "number" || $util.isString(message.storeId)))
                    return "storeId: buffer expected";
            if (message.mustRead != null && $Object.hasOwnProperty.call(message, "mustRead")) {
                if (!$Array.isArray(message.mustRead))
                    return "mustRead: array expected";
                for (let i = 0; i < message.mustRead.length; ++i)
                    if (!$util.isString(message.mustRead[i]))
                        return "mustRead: string[] expected";
            }
            if (message.mustWrite != null && $Object.hasOwnProperty.call(message, "mustWrite")) {
                if (!$Array.isArray(message.mustWrite))
                    return "mustWrite: array expected";
                for (let i = 0; i < message.mustWrite.length; ++i)
                    if (!$util.isString(message.mustWrite[i]))
                        return "mustWrite: string[] expected";
            }
            if (message.mustCheck != null && $Object.hasOwnProperty.call(message, "mustCheck")) {
                if (!$Array.isArray(message.mustCheck))
                    return "mustCheck: array expected";
                for (let i = 0; i < message.mustCheck.length; ++i)
                    if (!$util.isString(message.mustCheck[i]))
                        return "mustCheck: string[] expected";
            }
            if (message.idKey != null && $Object.hasOwnProperty.call(message, "idKey"))
                if (!(message.idKey && typeof message.idKey.length === "number" || $util.isString(message.idKey)))
                    return "idKey: buffer expected";
            if (message.idKeyCheck != null && $Object.hasOwnProperty.call(message, "idKeyCheck"))
                if (!(message.idKeyCheck && typeof message.idKeyCheck.length === "number" || $util.isString(message.idKeyCheck)))
                    return "idKeyCheck: buffer expected";
            if (message.packBytes != null && $Object.hasOwnProperty.call(message, "packBytes"))
                if (!$util.isInteger(message.packBytes))
                    return "packBytes: integer expected";
            if (message.frameBytes != null && $Object.hasOwnProperty.call(message, "frameBytes"))
                if (!$util.isInteger(message.frameBytes))
                    return "frameBytes: integer expected";
            if (message.codec != null && $Object.hasOwnProperty.call(message, "codec"))
                if (!$util.isInteger(message.codec))
                    return "codec: integer expected";
            return null;
        };

        return Config;
    })();

    cardkeep.Lock = (function() {

        /**
         * Properties of a Lock.
         * @typedef {Object} cardkeep.Lock.$Properties
         * @property {string|null} [kind] Lock kind
         * @property {string|null} [host] Lock host
         * @property {string|null} [tool] Lock tool
         * @property {number|null} [renewals] Lock renewals
         * @property {Long|null} [startedMs] Lock startedMs
         * @property {string|null} [machineId] Lock machineId
         * @property {string|null} [bootId] Lock bootId
         * @property {string|null} [pidNamespace] Lock pidNamespace
         * @property {number|null} [processId] Lock processId
         * @property {string|null} [processStart] Lock processStart
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Lock.
         * @memberof cardkeep
         * @interface ILock
         * @augments cardkeep.Lock.$Properties
         * @deprecated Use cardkeep.Lock.$Properties instead.
         */

        /**
         * Shape of a Lock.
         * @typedef {cardkeep.Lock.$Properties} cardkeep.Lock.$Shape
         */

        /**
         * Constructs a new Lock.
         * @memberof cardkeep
         * @classdesc Represents a Lock.
         * @constructor
         * @param {cardkeep.Lock.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Lock = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Lock kind.
         * @member {string} kind
         * @memberof cardkeep.Lock
         * @instance
         */
        Lock.prototype.kind = "";

        /**
         * Lock host.
         * @member {string} host
         * @memberof cardkeep.Lock
         * @instance
         */
        Lock.prototype.host = "";

        /**
         * Lock tool.
         * @member {string} tool
         * @memberof cardkeep.Lock
         * @instance
         */
        Lock.prototype.tool = "";

        /**
         * Lock renewals.
         * @member {number} renewals
         * @memberof cardkeep.Lock
         * @instance
         */
        Lock.prototype.renewals = 0;

        /**
         * Lock startedMs.
         * @member {Long} startedMs
         * @memberof cardkeep.Lock
         * @instance
         */
        Lock.prototype.startedMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Lock machineId.
         * @member {string} machineId
         * @memberof cardkeep.Lock
         * @instance
         */
        Lock.prototype.machineId = "";

        /**
         * Lock bootId.
         * @member {string} bootId
         * @memberof cardkeep.Lock
         * @instance
         */
        Lock.prototype.bootId = "";

        /**
         * Lock pidNamespace.
         * @member {string} pidNamespace
         * @memberof cardkeep.Lock
         * @instance
         */
        Lock.prototype.pidNamespace = "";

        /**
         * Lock processId.
         * @member {number} processId
         * @memberof cardkeep.Lock
         * @instance
         */
        Lock.prototype.processId = 0;

        /**
         * Lock processStart.
         * @member {string} processStart
         * @memberof cardkeep.Lock
         * @instance
         */
        Lock.prototype.processStart = "";

        /**
         * Encodes the specified Lock message. Does not implicitly {@link cardkeep.Lock.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Lock
         * @static
         * @param {cardkeep.Lock.$Properties} message Lock message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Lock.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.kind);
            if (message.host != null && $Object.hasOwnProperty.call(message, "host") && message.host !== "")
                writer.uint32(/* id 2, wireType 2 =*/18).string(message.host);
            if (message.tool != null && $Object.hasOwnProperty.call(message, "tool") && message.tool !== "")
                writer.uint32(/* id 3, wireType 2 =*/26).string(message.tool);
            if (message.renewals != null && $Object.hasOwnProperty.call(message, "renewals") && message.renewals !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.renewals);
            if (message.machineId != null && $Object.hasOwnProperty.call(message, "machineId") && message.machineId !== "")
                writer.uint32(/* id 5, wireType 2 =*/42).string(message.machineId);
            if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId") && message.bootId !== "")
                writer.uint32(/* id 6, wireType 2 =*/50).string(message.bootId);
            if (message.pidNamespace != null && $Object.hasOwnProperty.call(message, "pidNamespace") && message.pidNamespace !== "")
                writer.uint32(/* id 7, wireType 2 =*/58).string(message.pidNamespace);
            if (message.processId != null && $Object.hasOwnProperty.call(message, "processId") && message.processId !== 0)
                writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.processId);
            if (message.processStart != null && $Object.hasOwnProperty.call(message, "processStart") && message.processStart !== "")
                writer.uint32(/* id 9, wireType 2 =*/74).string(message.processStart);
            if (message.startedMs != null && $Object.hasOwnProperty.call(message, "startedMs") && (typeof message.startedMs === "object" ? message.startedMs.low || message.startedMs.high : message.startedMs !== 0))
                writer.uint32(/* id 10, wireType 1 =*/81).fixed64(message.startedMs);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Lock message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Lock
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Lock & cardkeep.Lock.$Shape} Lock
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Lock.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Lock();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.kind = value;
                        else
                            delete message.kind;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.host = value;
                        else
                            delete message.host;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.tool = value;
                        else
                            delete message.tool;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.renewals = value;
                        else
                            delete message.renewals;
                        continue;
                    }
                case 10: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.startedMs = value;
                        else
                            delete message.startedMs;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.machineId = value;
                        else
                            delete message.machineId;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.bootId = value;
                        else
                            delete message.bootId;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.pidNamespace = value;
                        else
                            delete message.pidNamespace;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.processId = value;
                        else
                            delete message.processId;
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.processStart = value;
                        else
                            delete message.processStart;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Lock message.
         * @function verify
         * @memberof cardkeep.Lock
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Lock.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind"))
                if (!$util.isString(message.kind))
                    return "kind: string expected";
            if (message.host != null && $Object.hasOwnProperty.call(message, "host"))
                if (!$util.isString(message.host))
                    return "host: string expected";
            if (message.tool != null && $Object.hasOwnProperty.call(message, "tool"))
                if (!$util.isString(message.tool))
                    return "tool: string expected";
            if (message.renewals != null && $Object.hasOwnProperty.call(message, "renewals"))
                if (!$util.isInteger(message.renewals))
                    return "renewals: integer expected";
            if (message.startedMs != null && $Object.hasOwnProperty.call(message, "startedMs"))
                if (!$util.isInteger(message.startedMs) && !(message.startedMs && $util.isInteger(message.startedMs.low) && $util.isInteger(message.startedMs.high)))
                    return "startedMs: integer|Long expected";
            if (message.machineId != null && $Object.hasOwnProperty.call(message, "machineId"))
                if (!$util.isString(message.machineId))
                    return "machineId: string expected";
            if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId"))
                if (!$util.isString(message.bootId))
                    return "bootId: string expected";
            if (message.pidNamespace != null && $Object.hasOwnProperty.call(message, "pidNamespace"))
                if (!$util.isString(message.pidNamespace))
                    return "pidNamespace: string expected";
            if (message.processId != null && $Object.hasOwnProperty.call(message, "processId"))
                if (!$util.isInteger(message.processId))
                    return "processId: integer expected";
            if (message.processStart != null && $Object.hasOwnProperty.call(message, "processStart"))
                if (!$util.isString(message.processStart))
                    return "processStart: string expected";
            return null;
        };

        return Lock;
    })();

    cardkeep.KeyFile = (function() {

        /**
         * Properties of a KeyFile.
         * @typedef {Object} cardkeep.KeyFile.$Properties
         * @property {Uint8Array|null} [salt] KeyFile salt
         * @property {number|null} [nLog2] KeyFile nLog2
         * @property {number|null} [r] KeyFile r
         * @property {number|null} [p] KeyFile p
         * @property {Uint8Array|null} [wrappedMaster] KeyFile wrappedMaster
         * @property {string|null} [label] KeyFile label
         * @property {Long|null} [createdMs] KeyFile createdMs
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a KeyFile.
         * @memberof cardkeep
         * @interface IKeyFile
         * @augments cardkeep.KeyFile.$Properties
         * @deprecated Use cardkeep.KeyFile.$Properties instead.
         */

        /**
         * Shape of a KeyFile.
         * @typedef {cardkeep.KeyFile.$Properties} cardkeep.KeyFile.$Shape
         */

        /**
         * Constructs a new KeyFile.
         * @memberof cardkeep
         * @classdesc Represents a KeyFile.
         * @constructor
         * @param {cardkeep.KeyFile.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const KeyFile = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * KeyFile salt.
         * @member {Uint8Array} salt
         * @memberof cardkeep.KeyFile
         * @instance
         */
        KeyFile.prototype.salt = $util.newBuffer([]);

        /**
         * KeyFile nLog2.
         * @member {number} nLog2
         * @memberof cardkeep.KeyFile
         * @instance
         */
        KeyFile.prototype.nLog2 = 0;

        /**
         * KeyFile r.
         * @member {number} r
         * @memberof cardkeep.KeyFile
         * @instance
         */
        KeyFile.prototype.r = 0;

        /**
         * KeyFile p.
         * @member {number} p
         * @memberof cardkeep.KeyFile
         * @instance
         */
        KeyFile.prototype.p = 0;

        /**
         * KeyFile wrappedMaster.
         * @member {Uint8Array} wrappedMaster
         * @memberof cardkeep.KeyFile
         * @instance
         */
        KeyFile.prototype.wrappedMaster = $util.newBuffer([]);

        /**
         * KeyFile label.
         * @member {string} label
         * @memberof cardkeep.KeyFile
         * @instance
         */
        KeyFile.prototype.label = "";

        /**
         * KeyFile createdMs.
         * @member {Long} createdMs
         * @memberof cardkeep.KeyFile
         * @instance
         */
        KeyFile.prototype.createdMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Encodes the specified KeyFile message. Does not implicitly {@link cardkeep.KeyFile.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.KeyFile
         * @static
         * @param {cardkeep.KeyFile.$Properties} message KeyFile message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        KeyFile.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.salt != null && $Object.hasOwnProperty.call(message, "salt") && message.salt.length)
                writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.salt);
            if (message.nLog2 != null && $Object.hasOwnProperty.call(message, "nLog2") && message.nLog2 !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.nLog2);
            if (message.r != null && $Object.hasOwnProperty.call(message, "r") && message.r !== 0)
                writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.r);
            if (message.p != null && $Object.hasOwnProperty.call(message, "p") && message.p !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.p);
            if (message.wrappedMaster != null && $Object.hasOwnProperty.call(message, "wrappedMaster") && message.wrappedMaster.length)
                writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.wrappedMaster);
            if (message.label != null && $Object.hasOwnProperty.call(message, "label") && message.label !== "")
                writer.uint32(/* id 6, wireType 2 =*/50).string(message.label);
            if (message.createdMs != null && $Object.hasOwnProperty.call(message, "createdMs") && (typeof message.createdMs === "object" ? message.createdMs.low || message.createdMs.high : message.createdMs !== 0))
                writer.uint32(/* id 7, wireType 1 =*/57).fixed64(message.createdMs);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a KeyFile message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.KeyFile
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.KeyFile & cardkeep.KeyFile.$Shape} KeyFile
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        KeyFile.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.KeyFile();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.salt = value;
                        else
                            delete message.salt;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.nLog2 = value;
                        else
                            delete message.nLog2;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.r = value;
                        else
                            delete message.r;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.p = value;
                        else
                            delete message.p;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.wrappedMaster = value;
                        else
                            delete message.wrappedMaster;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.label = value;
                        else
                            delete message.label;
                        continue;
                    }
                case 7: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.createdMs = value;
                        else
                            delete message.createdMs;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a KeyFile message.
         * @function verify
         * @memberof cardkeep.KeyFile
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        KeyFile.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.salt != null && $Object.hasOwnProperty.call(message, "salt"))
                if (!(message.salt && typeof message.salt.length === "number" || $util.isString(message.salt)))
                    return "salt: buffer expected";
            if (message.nLog2 != null && $Object.hasOwnProperty.call(message, "nLog2"))
                if (!$util.isInteger(message.nLog2))
                    return "nLog2: integer expected";
            if (message.r != null && $Object.hasOwnProperty.call(message, "r"))
                if (!$util.isInteger(message.r))
                    return "r: integer expected";
            if (message.p != null && $Object.hasOwnProperty.call(message, "p"))
                if (!$util.isInteger(message.p))
                    return "p: integer expected";
            if (message.wrappedMaster != null && $Object.hasOwnProperty.call(message, "wrappedMaster"))
                if (!(message.wrappedMaster && typeof message.wrappedMaster.length === "number" || $util.isString(message.wrappedMaster)))
                    return "wrappedMaster: buffer expected";
            if (message.label != null && $Object.hasOwnProperty.call(message, "label"))
                if (!$util.isString(message.label))
                    return "label: string expected";
            if (message.createdMs != null && $Object.hasOwnProperty.call(message, "createdMs"))
                if (!$util.isInteger(message.createdMs) && !(message.createdMs && $util.isInteger(message.createdMs.low) && $util.isInteger(message.createdMs.high)))
                    return "createdMs: integer|Long expected";
            return null;
        };

        return KeyFile;
    })();

    cardkeep.IndexHead = (function() {

        /**
         * Properties of an IndexHead.
         * @typedef {Object} cardkeep.IndexHead.$Properties
         * @property {Array.<Uint8Array>|null} [supersedes] IndexHead supersedes
         * @property {Array.<cardkeep.Pack.$Properties>|null} [packs] IndexHead packs
         * @property {Uint8Array|null} [frames] IndexHead frames
         * @property {Uint8Array|null} [fences] IndexHead fences
         * @property {Long|null} [records] IndexHead records
         * @property {number|null} [pageRecords] IndexHead pageRecords
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an IndexHead.
         * @memberof cardkeep
         * @interface IIndexHead
         * @augments cardkeep.IndexHead.$Properties
         * @deprecated Use cardkeep.IndexHead.$Properties instead.
         */

        /**
         * Shape of an IndexHead.
         * @typedef {cardkeep.IndexHead.$Properties} cardkeep.IndexHead.$Shape
         */

        /**
         * Constructs a new IndexHead.
         * @memberof cardkeep
         * @classdesc Represents an IndexHead.
         * @constructor
         * @param {cardkeep.IndexHead.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const IndexHead = function (properties) {
            this.supersedes = [];
            this.packs = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * IndexHead supersedes.
         * @member {Array.<Uint8Array>} supersedes
         * @memberof cardkeep.IndexHead
         * @instance
         */
        IndexHead.prototype.supersedes = $util.emptyArray;

        /**
         * IndexHead packs.
         * @member {Array.<cardkeep.Pack.$Properties>} packs
         * @memberof cardkeep.IndexHead
         * @instance
         */
        IndexHead.prototype.packs = $util.emptyArray;

        /**
         * IndexHead frames.
         * @member {Uint8Array} frames
         * @memberof cardkeep.IndexHead
         * @instance
         */
        IndexHead.prototype.frames = $util.newBuffer([]);

        /**
         * IndexHead fences.
         * @member {Uint8Array} fences
         * @memberof cardkeep.IndexHead
         * @instance
         */
        IndexHead.prototype.fences = $util.newBuffer([]);

        /**
         * IndexHead records.
         * @member {Long} records
         * @memberof cardkeep.IndexHead
         * @instance
         */
        IndexHead.prototype.records = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * IndexHead pageRecords.
         * @member {number} pageRecords
         * @memberof cardkeep.IndexHead
         * @instance
         */
        IndexHead.prototype.pageRecords = 0;

        /**
         * Encodes the specified IndexHead message. Does not implicitly {@link cardkeep.IndexHead.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.IndexHead
         * @static
         * @param {cardkeep.IndexHead.$Properties} message IndexHead message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        IndexHead.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.supersedes != null && message.supersedes.length)
                for (let i = 0; i < message.supersedes.length; ++i)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.supersedes[i]);
            if (message.packs != null && message.packs.length)
                for (let i = 0; i < message.packs.length; ++i)
                    $root.cardkeep.Pack.encode(message.packs[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
            if (message.frames != null && $Object.hasOwnProperty.call(message, "frames") && message.frames.length)
                writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.frames);
            if (message.fences != null && $Object.hasOwnProperty.call(message, "fences") && message.fences.length)
                writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.fences);
            if (message.records != null && $Object.hasOwnProperty.call(message, "records") && (typeof message.records === "object" ? message.records.low || message.records.high : message.records !== 0))
                writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.records);
            if (message.pageRecords != null && $Object.hasOwnProperty.call(message, "pageRecords") && message.pageRecords !== 0)
                writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.pageRecords);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an IndexHead message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.IndexHead
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.IndexHead & cardkeep.IndexHead.$Shape} IndexHead
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        IndexHead.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.IndexHead();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.supersedes && message.supersedes.length))
                            message.supersedes = [];
                        message.supersedes.push(reader.bytes());
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.packs && message.packs.length))
                            message.packs = [];
                        message.packs.push($root.cardkeep.Pack.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.frames = value;
                        else
                            delete message.frames;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.fences = value;
                        else
                            delete message.fences;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.records = value;
                        else
                            delete message.records;
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.pageRecords = value;
                        else
                            delete message.pageRecords;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies an IndexHead message.
         * @function verify
         * @memberof cardkeep.IndexHead
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        IndexHead.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.supersedes != null && $Object.hasOwnProperty.call(message, "supersedes")) {
                if (!$Array.isArray(message.supersedes))
                    return "supersedes: array expected";
                for (let i = 0; i < message.supersedes.length; ++i)
                    if (!(message.supersedes[i] && typeof message.supersedes[i].length === "number" || $util.isString(message.supersedes[i])))
                        return "supersedes: buffer[] expected";
            }
            if (message.packs != null && $Object.hasOwnProperty.call(message, "packs")) {
                if (!$Array.isArray(message.packs))
                    return "packs: array expected";
                for (let i = 0; i < message.packs.length; ++i) {
                    let error = $root.cardkeep.Pack.verify(message.packs[i], _depth + 1);
                    if (error)
                        return "packs." + error;
                }
            }
            if (message.frames != null && $Object.hasOwnProperty.call(message, "frames"))
                if (!(message.frames && typeof message.frames.length === "number" || $util.isString(message.frames)))
                    return "frames: buffer expected";
            if (message.fences != null && $Object.hasOwnProperty.call(message, "fences"))
                if (!(message.fences && typeof message.fences.length === "number" || $util.isString(message.fences)))
                    return "fences: buffer expected";
            if (message.records != null && $Object.hasOwnProperty.call(message, "records"))
                if (!$util.isInteger(message.records) && !(message.records && $util.isInteger(message.records.low) && $util.isInteger(message.records.high)))
                    return "records: integer|Long expected";
            if (message.pageRecords != null && $Object.hasOwnProperty.call(message, "pageRecords"))
                if (!$util.isInteger(message.pageRecords))
                    return "pageRecords: integer expected";
            return null;
        };

        return IndexHead;
    })();

    cardkeep.Pack = (function() {

        /**
         * Properties of a Pack.
         * @typedef {Object} cardkeep.Pack.$Properties
         * @property {Uint8Array|null} [id] Pack id
         * @property {number|null} [byteLength] Pack byteLength
         * @property {number|null} [kind] Pack kind
         * @property {Long|null} [condemnedMs] Pack condemnedMs
         * @property {Uint8Array|null} [condemnedBy] Pack condemnedBy
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Pack.
         * @memberof cardkeep
         * @interface IPack
         * @augments cardkeep.Pack.$Properties
         * @deprecated Use cardkeep.Pack.$Properties instead.
         */

        /**
         * Shape of a Pack.
         * @typedef {cardkeep.Pack.$Properties} cardkeep.Pack.$Shape
         */

        /**
         * Constructs a new Pack.
         * @memberof cardkeep
         * @classdesc Represents a Pack.
         * @constructor
         * @param {cardkeep.Pack.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Pack = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Pack id.
         * @member {Uint8Array} id
         * @memberof cardkeep.Pack
         * @instance
         */
        Pack.prototype.id = $util.newBuffer([]);

        /**
         * Pack byteLength.
         * @member {number} byteLength
         * @memberof cardkeep.Pack
         * @instance
         */
        Pack.prototype.byteLength = 0;

        /**
         * Pack kind.
         * @member {number} kind
         * @memberof cardkeep.Pack
         * @instance
         */
        Pack.prototype.kind = 0;

        /**
         * Pack condemnedMs.
         * @member {Long} condemnedMs
         * @memberof cardkeep.Pack
         * @instance
         */
        Pack.prototype.condemnedMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Pack condemnedBy.
         * @member {Uint8Array} condemnedBy
         * @memberof cardkeep.Pack
         * @instance
         */
        Pack.prototype.condemnedBy = $util.newBuffer([]);

        /**
         * Encodes the specified Pack message. Does not implicitly {@link cardkeep.Pack.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Pack
         * @static
         * @param {cardkeep.Pack.$Properties} message Pack message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Pack.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id.length)
                writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.id);
            if (message.byteLength != null && $Object.hasOwnProperty.call(message, "byteLength") && message.byteLength !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.byteLength);
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
                writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.kind);
            if (message.condemnedMs != null && $Object.hasOwnProperty.call(message, "condemnedMs") && (typeof message.condemnedMs === "object" ? message.condemnedMs.low || message.condemnedMs.high : message.condemnedMs !== 0))
                writer.uint32(/* id 4, wireType 1 =*/33).fixed64(message.condemnedMs);
            if (message.condemnedBy != null && $Object.hasOwnProperty.call(message, "condemnedBy") && message.condemnedBy.length)
                writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.condemnedBy);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Pack message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Pack
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Pack & cardkeep.Pack.$Shape} Pack
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Pack.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Pack();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.byteLength = value;
                        else
                            delete message.byteLength;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.kind = value;
                        else
                            delete message.kind;
                        continue;
                    }
                case 4: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.condemnedMs = value;
                        else
                            delete message.condemnedMs;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.condemnedBy = value;
                        else
                            delete message.condemnedBy;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Pack message.
         * @function verify
         * @memberof cardkeep.Pack
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Pack.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.id != null && $Object.hasOwnProperty.call(message, "id"))
                if (!(message.id && typeof message.id.length === "number" || $util.isString(message.id)))
                    return "id: buffer expected";
            if (message.byteLength != null && $Object.hasOwnProperty.call(message, "byteLength"))
                if (!$util.isInteger(message.byteLength))
                    return "byteLength: integer expected";
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind"))
                if (!$util.isInteger(message.kind))
                    return "kind: integer expected";
            if (message.condemnedMs != null && $Object.hasOwnProperty.call(message, "condemnedMs"))
                if (!$util.isInteger(message.condemnedMs) && !(message.condemnedMs && $util.isInteger(message.condemnedMs.low) && $util.isInteger(message.condemnedMs.high)))
                    return "condemnedMs: integer|Long expected";
            if (message.condemnedBy != null && $Object.hasOwnProperty.call(message, "condemnedBy"))
                if (!(message.condemnedBy && typeof message.condemnedBy.length === "number" || $util.isString(message.condemnedBy)))
                    return "condemnedBy: buffer expected";
            return null;
        };

        return Pack;
    })();

    cardkeep.Node = (function() {

        /**
         * Properties of a Node.
         * @typedef {Object} cardkeep.Node.$Properties
         * @property {Uint8Array|null} [nodes] Node nodes
         * @property {Uint8Array|null} [chunks] Node chunks
         * @property {number|null} [level] Node level
         * @property {Array.<number>|null} [slot] Node slot
         * @property {Array.<number>|null} [slotNode] Node slotNode
         * @property {Array.<number>|null} [gap] Node gap
         * @property {Array.<number>|null} [length] Node length
         * @property {Array.<number>|null} [what] Node what
         * @property {Array.<number>|null} [chunkOffset] Node chunkOffset
         * @property {Uint8Array|null} [body] Node body
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Node.
         * @memberof cardkeep
         * @interface INode
         * @augments cardkeep.Node.$Properties
         * @deprecated Use cardkeep.Node.$Properties instead.
         */

        /**
         * Shape of a Node.
         * @typedef {cardkeep.Node.$Properties} cardkeep.Node.$Shape
         */

        /**
         * Constructs a new Node.
         * @memberof cardkeep
         * @classdesc Represents a Node.
         * @constructor
         * @param {cardkeep.Node.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Node = function (properties) {
            this.slot = [];
            this.slotNode = [];
            this.gap = [];
            this.length = [];
            this.what = [];
            this.chunkOffset = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Node nodes.
         * @member {Uint8Array} nodes
         * @memberof cardkeep.Node
         * @instance
         */
        Node.prototype.nodes = $util.newBuffer([]);

        /**
         * Node chunks.
         * @member {Uint8Array} chunks
         * @memberof cardkeep.Node
         * @instance
         */
        Node.prototype.chunks = $util.newBuffer([]);

        /**
         * Node level.
         * @member {number} level
         * @memberof cardkeep.Node
         * @instance
         */
        Node.prototype.level = 0;

        /**
         * Node slot.
         * @member {Array.<number>} slot
         * @memberof cardkeep.Node
         * @instance
         */
        Node.prototype.slot = $util.emptyArray;

        /**
         * Node slotNode.
         * @member {Array.<number>} slotNode
         * @memberof cardkeep.Node
         * @instance
         */
        Node.prototype.slotNode = $util.emptyArray;

        /**
         * Node gap.
         * @member {Array.<number>} gap
         * @memberof cardkeep.Node
         * @instance
         */
        Node.prototype.gap = $util.emptyArray;

        /**
         * Node length.
         * @member {Array.<number>} length
         * @memberof cardkeep.Node
         * @instance
         */
        Node.prototype.length = $util.emptyArray;

        /**
         * Node what.
         * @member {Array.<number>} what
         * @memberof cardkeep.Node
         * @instance
         */
        Node.prototype.what = $util.emptyArray;

        /**
         * Node chunkOffset.
         * @member {Array.<number>} chunkOffset
         * @memberof cardkeep.Node
         * @instance
         */
        Node.prototype.chunkOffset = $util.emptyArray;

        /**
         * Node body.
         * @member {Uint8Array} body
         * @memberof cardkeep.Node
         * @instance
         */
        Node.prototype.body = $util.newBuffer([]);

        /**
         * Encodes the specified Node message. Does not implicitly {@link cardkeep.Node.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Node
         * @static
         * @param {cardkeep.Node.$Properties} message Node message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Node.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.nodes != null && $Object.hasOwnProperty.call(message, "nodes") && message.nodes.length)
                writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.nodes);
            if (message.chunks != null && $Object.hasOwnProperty.call(message, "chunks") && message.chunks.length)
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.chunks);
            if (message.level != null && $Object.hasOwnProperty.call(message, "level") && message.level !== 0)
                writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.level);
            if (message.slot != null && message.slot.length)
                writer.uint32(/* id 4, wireType 2 =*/34).uint32s(message.slot);
            if (message.slotNode != null && message.slotNode.length)
                writer.uint32(/* id 5, wireType 2 =*/42).uint32s(message.slotNode);
            if (message.gap != null && message.gap.length)
                writer.uint32(/* id 6, wireType 2 =*/50).uint32s(message.gap);
            if (message.length != null && message.length.length)
                writer.uint32(/* id 7, wireType 2 =*/58).uint32s(message.length);
            if (message.what != null && message.what.length)
                writer.uint32(/* id 8, wireType 2 =*/66).uint32s(message.what);
            if (message.chunkOffset != null && message.chunkOffset.length)
                writer.uint32(/* id 9, wireType 2 =*/74).uint32s(message.chunkOffset);
            if (message.body != null && $Object.hasOwnProperty.call(message, "body") && message.body.length)
                writer.uint32(/* id 10, wireType 2 =*/82).bytes(message.body);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Node message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Node
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Node & cardkeep.Node.$Shape} Node
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Node.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Node();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.nodes = value;
                        else
                            delete message.nodes;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.chunks = value;
                        else
                            delete message.chunks;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.level = value;
                        else
                            delete message.level;
                        continue;
                    }
                case 4: {
                        if (wireType === 2) {
                            if (!(message.slot && message.slot.length))
                                message.slot = [];
                            reader.uint32s(message.slot);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.slot && message.slot.length))
                            message.slot = [];
                        message.slot.push(reader.uint32());
                        continue;
                    }
                case 5: {
                        if (wireType === 2) {
                            if (!(message.slotNode && message.slotNode.length))
                                message.slotNode = [];
                            reader.uint32s(message.slotNode);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.slotNode && message.slotNode.length))
                            message.slotNode = [];
                        message.slotNode.push(reader.uint32());
                        continue;
                    }
                case 6: {
                        if (wireType === 2) {
                            if (!(message.gap && message.gap.length))
                                message.gap = [];
                            reader.uint32s(message.gap);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.gap && message.gap.length))
                            message.gap = [];
                        message.gap.push(reader.uint32());
                        continue;
                    }
                case 7: {
                        if (wireType === 2) {
                            if (!(message.length && message.length.length))
                                message.length = [];
                            reader.uint32s(message.length);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.length && message.length.length))
                            message.length = [];
                        message.length.push(reader.uint32());
                        continue;
                    }
                case 8: {
                        if (wireType === 2) {
                            if (!(message.what && message.what.length))
                                message.what = [];
                            reader.uint32s(message.what);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.what && message.what.length))
                            message.what = [];
                        message.what.push(reader.uint32());
                        continue;
                    }
                case 9: {
                        if (wireType === 2) {
                            if (!(message.chunkOffset && message.chunkOffset.length))
                                message.chunkOffset = [];
                            reader.uint32s(message.chunkOffset);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.chunkOffset && message.chunkOffset.length))
                            message.chunkOffset = [];
                        message.chunkOffset.push(reader.uint32());
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.body = value;
                        else
                            delete message.body;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Node message.
         * @function verify
         * @memberof cardkeep.Node
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Node.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.nodes != null && $Object.hasOwnProperty.call(message, "nodes"))
                if (!(message.nodes && typeof message.nodes.length === "number" || $util.isString(message.nodes)))
                    return "nodes: buffer expected";
            if (message.chunks != null && $Object.hasOwnProperty.call(message, "chunks"))
                if (!(message.chunks && typeof message.chunks.length === "number" || $util.isString(message.chunks)))
                    return "chunks: buffer expected";
            if (message.level != null && $Object.hasOwnProperty.call(message, "level"))
                if (!$util.isInteger(message.level))
                    return "level: integer expected";
            if (message.slot != null && $Object.hasOwnProperty.call(message, "slot")) {
                if (!$Array.isArray(message.slot))
                    return "slot: array expected";
                for (let i = 0; i < message.slot.length; ++i)
                    if (!$util.isInteger(message.slot[i]))
                        return "slot: integer[] expected";
            }
            if (message.slotNode != null && $Object.hasOwnProperty.call(message, "slotNode")) {
                if (!$Array.isArray(message.slotNode))
                    return "slotNode: array expected";
                for (let i = 0; i < message.slotNode.length; ++i)
                    if (!$util.isInteger(message.slotNode[i]))
                        return "slotNode: integer[] expected";
            }
            if (message.gap != null && $Object.hasOwnProperty.call(message, "gap")) {
                if (!$Array.isArray(message.gap))
                    return "gap: array expected";
                for (let i = 0; i < message.gap.length; ++i)
                    if (!$util.isInteger(message.gap[i]))
                        return "gap: integer[] expected";
            }
            if (message.length != null && $Object.hasOwnProperty.call(message, "length")) {
                if (!$Array.isArray(message.length))
                    return "length: array expected";
                for (let i = 0; i < message.length.length; ++i)
                    if (!$util.isInteger(message.length[i]))
                        return "length: integer[] expected";
            }
            if (message.what != null && $Object.hasOwnProperty.call(message, "what")) {
                if (!$Array.isArray(message.what))
                    return "what: array expected";
                for (let i = 0; i < message.what.length; ++i)
                    if (!$util.isInteger(message.what[i]))
                        return "what: integer[] expected";
            }
            if (message.chunkOffset != null && $Object.hasOwnProperty.call(message, "chunkOffset")) {
                if (!$Array.isArray(message.chunkOffset))
                    return "chunkOffset: array expected";
                for (let i = 0; i < message.chunkOffset.length; ++i)
                    if (!$util.isInteger(message.chunkOffset[i]))
                        return "chunkOffset: integer[] expected";
            }
            if (message.body != null && $Object.hasOwnProperty.call(message, "body"))
                if (!(message.body && typeof message.body.length === "number" || $util.isString(message.body)))
                    return "body: buffer expected";
            return null;
        };

        return Node;
    })();

    cardkeep.Snapshot = (function() {

        /**
         * Properties of a Snapshot.
         * @typedef {Object} cardkeep.Snapshot.$Properties
         * @property {Array.<string>|null} [mustRead] Snapshot mustRead
         * @property {Uint8Array|null} [cardId] Snapshot cardId
         * @property {string|null} [card] Snapshot card
         * @property {number|null} [number] Snapshot number
         * @property {Uint8Array|null} [parent] Snapshot parent
         * @property {Uint8Array|null} [base] Snapshot base
         * @property {Long|null} [startedMs] Snapshot startedMs
         * @property {Long|null} [finishedMs] Snapshot finishedMs
         * @property {number|null} [utcOffsetMin] Snapshot utcOffsetMin
         * @property {string|null} [host] Snapshot host
         * @property {string|null} [tool] Snapshot tool
         * @property {string|null} [note] Snapshot note
         * @property {Array.<string>|null} [tags] Snapshot tags
         * @property {number|null} [mode] Snapshot mode
         * @property {string|null} [modeReason] Snapshot modeReason
         * @property {Array.<cardkeep.Volume.$Properties>|null} [volumes] Snapshot volumes
         * @property {Array.<cardkeep.Attachment.$Properties>|null} [attachments] Snapshot attachments
         * @property {cardkeep.Counts.$Properties|null} [counts] Snapshot counts
         * @property {cardkeep.Proof.$Properties|null} [proof] Snapshot proof
         * @property {Uint8Array|null} [originStore] Snapshot originStore
         * @property {Uint8Array|null} [originSnapshot] Snapshot originSnapshot
         * @property {Array.<cardkeep.Range.$Properties>|null} [unreadable] Snapshot unreadable
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Snapshot.
         * @memberof cardkeep
         * @interface ISnapshot
         * @augments cardkeep.Snapshot.$Properties
         * @deprecated Use cardkeep.Snapshot.$Properties instead.
         */

        /**
         * Shape of a Snapshot.
         * @typedef {cardkeep.Snapshot.$Properties} cardkeep.Snapshot.$Shape
         */

        /**
         * Constructs a new Snapshot.
         * @memberof cardkeep
         * @classdesc Represents a Snapshot.
         * @constructor
         * @param {cardkeep.Snapshot.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Snapshot = function (properties) {
            this.mustRead = [];
            this.tags = [];
            this.volumes = [];
            this.attachments = [];
            this.unreadable = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Snapshot mustRead.
         * @member {Array.<string>} mustRead
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.mustRead = $util.emptyArray;

        /**
         * Snapshot cardId.
         * @member {Uint8Array} cardId
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.cardId = $util.newBuffer([]);

        /**
         * Snapshot card.
         * @member {string} card
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.card = "";

        /**
         * Snapshot number.
         * @member {number} number
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.number = 0;

        /**
         * Snapshot parent.
         * @member {Uint8Array} parent
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.parent = $util.newBuffer([]);

        /**
         * Snapshot base.
         * @member {Uint8Array} base
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.base = $util.newBuffer([]);

        /**
         * Snapshot startedMs.
         * @member {Long} startedMs
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.startedMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Snapshot finishedMs.
         * @member {Long} finishedMs
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.finishedMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Snapshot utcOffsetMin.
         * @member {number} utcOffsetMin
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.utcOffsetMin = 0;

        /**
         * Snapshot host.
         * @member {string} host
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.host = "";

        /**
         * Snapshot tool.
         * @member {string} tool
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.tool = "";

        /**
         * Snapshot note.
         * @member {string} note
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.note = "";

        /**
         * Snapshot tags.
         * @member {Array.<string>} tags
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.tags = $util.emptyArray;

        /**
         * Snapshot mode.
         * @member {number} mode
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.mode = 0;

        /**
         * Snapshot modeReason.
         * @member {string} modeReason
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.modeReason = "";

        /**
         * Snapshot volumes.
         * @member {Array.<cardkeep.Volume.$Properties>} volumes
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.volumes = $util.emptyArray;

        /**
         * Snapshot attachments.
         * @member {Array.<cardkeep.Attachment.$Properties>} attachments
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.attachments = $util.emptyArray;

        /**
         * Snapshot counts.
         * @member {cardkeep.Counts.$Properties|null|undefined} counts
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.counts = null;

        /**
         * Snapshot proof.
         * @member {cardkeep.Proof.$Properties|null|undefined} proof
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.proof = null;

        /**
         * Snapshot originStore.
         * @member {Uint8Array} originStore
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.originStore = $util.newBuffer([]);

        /**
         * Snapshot originSnapshot.
         * @member {Uint8Array} originSnapshot
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.originSnapshot = $util.newBuffer([]);

        /**
         * Snapshot unreadable.
         * @member {Array.<cardkeep.Range.$Properties>} unreadable
         * @memberof cardkeep.Snapshot
         * @instance
         */
        Snapshot.prototype.unreadable = $util.emptyArray;

        /**
         * Encodes the specified Snapshot message. Does not implicitly {@link cardkeep.Snapshot.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Snapshot
         * @static
         * @param {cardkeep.Snapshot.$Properties} message Snapshot message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Snapshot.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.mustRead != null && message.mustRead.length)
                for (let i = 0; i < message.mustRead.length; ++i)
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.mustRead[i]);
            if (message.cardId != null && $Object.hasOwnProperty.call(message, "cardId") && message.cardId.length)
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.cardId);
            if (message.card != null && $Object.hasOwnProperty.call(message, "card") && message.card !== "")
                writer.uint32(/* id 3, wireType 2 =*/26).string(message.card);
            if (message.number != null && $Object.hasOwnProperty.call(message, "number") && message.number !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.number);
            if (message.parent != null && $Object.hasOwnProperty.call(message, "parent") && message.parent.length)
                writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.parent);
            if (message.base != null && $Object.hasOwnProperty.call(message, "base") && message.base.length)
                writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.base);
            if (message.startedMs != null && $Object.hasOwnProperty.call(message, "startedMs") && (typeof message.startedMs === "object" ? message.startedMs.low || message.startedMs.high : message.startedMs !== 0))
                writer.uint32(/* id 7, wireType 1 =*/57).fixed64(message.startedMs);
            if (message.finishedMs != null && $Object.hasOwnProperty.call(message, "finishedMs") && (typeof message.finishedMs === "object" ? message.finishedMs.low || message.finishedMs.high : message.finishedMs !== 0))
                writer.uint32(/* id 8, wireType 1 =*/65).fixed64(message.finishedMs);
            if (message.utcOffsetMin != null && $Object.hasOwnProperty.call(message, "utcOffsetMin") && message.utcOffsetMin !== 0)
                writer.uint32(/* id 9, wireType 0 =*/72).sint32(message.utcOffsetMin);
            if (message.host != null && $Object.hasOwnProperty.call(message, "host") && message.host !== "")
                writer.uint32(/* id 10, wireType 2 =*/82).string(message.host);
            if (message.tool != null && $Object.hasOwnProperty.call(message, "tool") && message.tool !== "")
                writer.uint32(/* id 11, wireType 2 =*/90).string(message.tool);
            if (message.note != null && $Object.hasOwnProperty.call(message, "note") && message.note !== "")
                writer.uint32(/* id 12, wireType 2 =*/98).string(message.note);
            if (message.tags != null && message.tags.length)
                for (let i = 0; i < message.tags.length; ++i)
                    writer.uint32(/* id 13, wireType 2 =*/106).string(message.tags[i]);
            if (message.mode != null && $Object.hasOwnProperty.call(message, "mode") && message.mode !== 0)
                writer.uint32(/* id 14, wireType 0 =*/112).uint32(message.mode);
            if (message.modeReason != null && $Object.hasOwnProperty.call(message, "modeReason") && message.modeReason !== "")
                writer.uint32(/* id 15, wireType 2 =*/122).string(message.modeReason);
            if (message.volumes != null && message.volumes.length)
                for (let i = 0; i < message.volumes.length; ++i)
                    $root.cardkeep.Volume.encode(message.volumes[i], writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
            if (message.attachments != null && message.attachments.length)
                for (let i = 0; i < message.attachments.length; ++i)
                    $root.cardkeep.Attachment.encode(message.attachments[i], writer.uint32(/* id 17, wireType 2 =*/138).fork(), _depth + 1).ldelim();
            if (message.counts != null && $Object.hasOwnProperty.call(message, "counts"))
                $root.cardkeep.Counts.encode(message.counts, writer.uint32(/* id 18, wireType 2 =*/146).fork(), _depth + 1).ldelim();
            if (message.proof != null && $Object.hasOwnProperty.call(message, "proof"))
                $root.cardkeep.Proof.encode(message.proof, writer.uint32(/* id 19, wireType 2 =*/154).fork(), _depth + 1).ldelim();
            if (message.originStore != null && $Object.hasOwnProperty.call(message, "originStore") && message.originStore.length)
                writer.uint32(/* id 20, wireType 2 =*/162).bytes(message.originStore);
            if (message.originSnapshot != null && $Object.hasOwnProperty.call(message, "originSnapshot") && message.originSnapshot.length)
                writer.uint32(/* id 21, wireType 2 =*/170).bytes(message.originSnapshot);
            if (message.unreadable != null && message.unreadable.length)
                for (let i = 0; i < message.unreadable.length; ++i)
                    $root.cardkeep.Range.encode(message.unreadable[i], writer.uint32(/* id 22, wireType 2 =*/178).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Snapshot message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Snapshot
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Snapshot & cardkeep.Snapshot.$Shape} Snapshot
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Snapshot.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Snapshot();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.mustRead && message.mustRead.length))
                            message.mustRead = [];
                        message.mustRead.push(reader.stringVerify());
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.cardId = value;
                        else
                            delete message.cardId;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.card = value;
                        else
                            delete message.card;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.number = value;
                        else
                            delete message.number;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.parent = value;
                        else
                            delete message.parent;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.base = value;
                        else
                            delete message.base;
                        continue;
                    }
                case 7: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.startedMs = value;
                        else
                            delete message.startedMs;
                        continue;
                    }
                case 8: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.finishedMs = value;
                        else
                            delete message.finishedMs;
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.sint32())
                            message.utcOffsetMin = value;
                        else
                            delete message.utcOffsetMin;
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.host = value;
                        else
                            delete message.host;
                        continue;
                    }
                case 11: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.tool = value;
                        else
                            delete message.tool;
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.note = value;
                        else
                            delete message.note;
                        continue;
                    }
                case 13: {
                        if (wireType !== 2)
                            break;
                        if (!(message.tags && message.tags.length))
                            message.tags = [];
                        message.tags.push(reader.stringVerify());
                        continue;
                    }
                case 14: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.mode = value;
                        else
                            delete message.mode;
                        continue;
                    }
                case 15: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.modeReason = value;
                        else
                            delete message.modeReason;
                        continue;
                    }
                case 16: {
                        if (wireType !== 2)
                            break;
                        if (!(message.volumes && message.volumes.length))
                            message.volumes = [];
                        message.volumes.push($root.cardkeep.Volume.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 17: {
                        if (wireType !== 2)
                            break;
                        if (!(message.attachments && message.attachments.length))
                            message.attachments = [];
                        message.attachments.push($root.cardkeep.Attachment.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 18: {
                        if (wireType !== 2)
                            break;
                        message.counts = $root.cardkeep.Counts.decode(reader, reader.size(), $undefined, _depth + 1, message.counts);
                        continue;
                    }
                case 19: {
                        if (wireType !== 2)
                            break;
                        message.proof = $root.cardkeep.Proof.decode(reader, reader.size(), $undefined, _depth + 1, message.proof);
                        continue;
                    }
                case 20: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.originStore = value;
                        else
                            delete message.originStore;
                        continue;
                    }
                case 21: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.originSnapshot = value;
                        else
                            delete message.originSnapshot;
                        continue;
                    }
                case 22: {
                        if (wireType !== 2)
                            break;
                        if (!(message.unreadable && message.unreadable.length))
                            message.unreadable = [];
                        message.unreadable.push($root.cardkeep.Range.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Snapshot message.
         * @function verify
         * @memberof cardkeep.Snapshot
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Snapshot.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.mustRead != null && $Object.hasOwnProperty.call(message, "mustRead")) {
                if (!$Array.isArray(message.mustRead))
                    return "mustRead: array expected";
                for (let i = 0; i < message.mustRead.length; ++i)
                    if (!$util.isString(message.mustRead[i]))
                        return "mustRead: string[] expected";
            }
            if (message.cardId != null && $Object.hasOwnProperty.call(message, "cardId"))
                if (!(message.cardId && typeof message.cardId.length === "number" || $util.isString(message.cardId)))
                    return "cardId: buffer expected";
            if (message.card != null && $Object.hasOwnProperty.call(message, "card"))
                if (!$util.isString(message.card))
                    return "card: string expected";
            if (message.number != null && $Object.hasOwnProperty.call(message, "number"))
                if (!$util.isInteger(message.number))
                    return "number: integer expected";
            if (message.parent != null && $Object.hasOwnProperty.call(message, "parent"))
                if (!(message.parent && typeof message.parent.length === "number" || $util.isString(message.parent)))
                    return "parent: buffer expected";
            if (message.base != null && $Object.hasOwnProperty.call(message, "base"))
                if (!(message.base && typeof message.base.length === "number" || $util.isString(message.base)))
                    return "base: buffer expected";
            if (message.startedMs != null && $Object.hasOwnProperty.call(message, "startedMs"))
                if (!$util.isInteger(message.startedMs) && !(message.startedMs && $util.isInteger(message.startedMs.low) && $util.isInteger(message.startedMs.high)))
                    return "startedMs: integer|Long expected";
            if (message.finishedMs != null && $Object.hasOwnProperty.call(message, "finishedMs"))
                if (!$util.isInteger(message.finishedMs) && !(message.finishedMs && $util.isInteger(message.finishedMs.low) && $util.isInteger(message.finishedMs.high)))
                    return "finishedMs: integer|Long expected";
            if (message.utcOffsetMin != null && $Object.hasOwnProperty.call(message, "utcOffsetMin"))
                if (!$util.isInteger(message.utcOffsetMin))
                    return "utcOffsetMin: integer expected";
            if (message.host != null && $Object.hasOwnProperty.call(message, "host"))
                if (!$util.isString(message.host))
                    return "host: string expected";
            if (message.tool != null && $Object.hasOwnProperty.call(message, "tool"))
                if (!$util.isString(message.tool))
                    return "tool: string expected";
            if (message.note != null && $Object.hasOwnProperty.call(message, "note"))
                if (!$util.isString(message.note))
                    return "note: string expected";
            if (message.tags != null && $Object.hasOwnProperty.call(message, "tags")) {
                if (!$Array.isArray(message.tags))
                    return "tags: array expected";
                for (let i = 0; i < message.tags.length; ++i)
                    if (!$util.isString(message.tags[i]))
                        return "tags: string[] expected";
            }
            if (message.mode != null && $Object.hasOwnProperty.call(message, "mode"))
                if (!$util.isInteger(message.mode))
                    return "mode: integer expected";
            if (message.modeReason != null && $Object.hasOwnProperty.call(message, "modeReason"))
                if (!$util.isString(message.modeReason))
                    return "modeReason: string expected";
            if (message.volumes != null && $Object.hasOwnProperty.call(message, "volumes")) {
                if (!$Array.isArray(message.volumes))
                    return "volumes: array expected";
                for (let i = 0; i < message.volumes.length; ++i) {
                    let error = $root.cardkeep.Volume.verify(message.volumes[i], _depth + 1);
                    if (error)
                        return "volumes." + error;
                }
            }
            if (message.attachments != null && $Object.hasOwnProperty.call(message, "attachments")) {
                if (!$Array.isArray(message.attachments))
                    return "attachments: array expected";
                for (let i = 0; i < message.attachments.length; ++i) {
                    let error = $root.cardkeep.Attachment.verify(message.attachments[i], _depth + 1);
                    if (error)
                        return "attachments." + error;
                }
            }
            if (message.counts != null && $Object.hasOwnProperty.call(message, "counts")) {
                let error = $root.cardkeep.Counts.verify(message.counts, _depth + 1);
                if (error)
                    return "counts." + error;
            }
            if (message.proof != null && $Object.hasOwnProperty.call(message, "proof")) {
                let error = $root.cardkeep.Proof.verify(message.proof, _depth + 1);
                if (error)
                    return "proof." + error;
            }
            if (message.originStore != null && $Object.hasOwnProperty.call(message, "originStore"))
                if (!(message.originStore && typeof message.originStore.length === "number" || $util.isString(message.originStore)))
                    return "originStore: buffer expected";
            if (message.originSnapshot != null && $Object.hasOwnProperty.call(message, "originSnapshot"))
                if (!(message.originSnapshot && typeof message.originSnapshot.length === "number" || $util.isString(message.originSnapshot)))
                    return "originSnapshot: buffer expected";
            if (message.unreadable != null && $Object.hasOwnProperty.call(message, "unreadable")) {
                if (!$Array.isArray(message.unreadable))
                    return "unreadable: array expected";
                for (let i = 0; i < message.unreadable.length; ++i) {
                    let error = $root.cardkeep.Range.verify(message.unreadable[i], _depth + 1);
                    if (error)
                        return "unreadable." + error;
                }
            }
            return null;
        };

        return Snapshot;
    })();

    cardkeep.Volume = (function() {

        /**
         * Properties of a Volume.
         * @typedef {Object} cardkeep.Volume.$Properties
         * @property {string|null} [name] Volume name
         * @property {Long|null} [byteLength] Volume byteLength
         * @property {number|null} [sectorSize] Volume sectorSize
         * @property {number|null} [levels] Volume levels
         * @property {Uint8Array|null} [mapRoot] Volume mapRoot
         * @property {cardkeep.Device.$Properties|null} [device] Volume device
         * @property {number|null} [table] Volume table
         * @property {Uint8Array|null} [signature] Volume signature
         * @property {Array.<cardkeep.Partition.$Properties>|null} [partitions] Volume partitions
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Volume.
         * @memberof cardkeep
         * @interface IVolume
         * @augments cardkeep.Volume.$Properties
         * @deprecated Use cardkeep.Volume.$Properties instead.
         */

        /**
         * Shape of a Volume.
         * @typedef {cardkeep.Volume.$Properties} cardkeep.Volume.$Shape
         */

        /**
         * Constructs a new Volume.
         * @memberof cardkeep
         * @classdesc Represents a Volume.
         * @constructor
         * @param {cardkeep.Volume.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Volume = function (properties) {
            this.partitions = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Volume name.
         * @member {string} name
         * @memberof cardkeep.Volume
         * @instance
         */
        Volume.prototype.name = "";

        /**
         * Volume byteLength.
         * @member {Long} byteLength
         * @memberof cardkeep.Volume
         * @instance
         */
        Volume.prototype.byteLength = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Volume sectorSize.
         * @member {number} sectorSize
         * @memberof cardkeep.Volume
         * @instance
         */
        Volume.prototype.sectorSize = 0;

        /**
         * Volume levels.
         * @member {number} levels
         * @memberof cardkeep.Volume
         * @instance
         */
        Volume.prototype.levels = 0;

        /**
         * Volume mapRoot.
         * @member {Uint8Array} mapRoot
         * @memberof cardkeep.Volume
         * @instance
         */
        Volume.prototype.mapRoot = $util.newBuffer([]);

        /**
         * Volume device.
         * @member {cardkeep.Device.$Properties|null|undefined} device
         * @memberof cardkeep.Volume
         * @instance
         */
        Volume.prototype.device = null;

        /**
         * Volume table.
         * @member {number} table
         * @memberof cardkeep.Volume
         * @instance
         */
        Volume.prototype.table = 0;

        /**
         * Volume signature.
         * @member {Uint8Array} signature
         * @memberof cardkeep.Volume
         * @instance
         */
        Volume.prototype.signature = $util.newBuffer([]);

        /**
         * Volume partitions.
         * @member {Array.<cardkeep.Partition.$Properties>} partitions
         * @memberof cardkeep.Volume
         * @instance
         */
        Volume.prototype.partitions = $util.emptyArray;

        /**
         * Encodes the specified Volume message. Does not implicitly {@link cardkeep.Volume.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Volume
         * @static
         * @param {cardkeep.Volume.$Properties} message Volume message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Volume.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
            if (message.byteLength != null && $Object.hasOwnProperty.call(message, "byteLength") && (typeof message.byteLength === "object" ? message.byteLength.low || message.byteLength.high : message.byteLength !== 0))
                writer.uint32(/* id 2, wireType 1 =*/17).fixed64(message.byteLength);
            if (message.sectorSize != null && $Object.hasOwnProperty.call(message, "sectorSize") && message.sectorSize !== 0)
                writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.sectorSize);
            if (message.levels != null && $Object.hasOwnProperty.call(message, "levels") && message.levels !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.levels);
            if (message.mapRoot != null && $Object.hasOwnProperty.call(message, "mapRoot") && message.mapRoot.length)
                writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.mapRoot);
            if (message.device != null && $Object.hasOwnProperty.call(message, "device"))
                $root.cardkeep.Device.encode(message.device, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
            if (message.table != null && $Object.hasOwnProperty.call(message, "table") && message.table !== 0)
                writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.table);
            if (message.signature != null && $Object.hasOwnProperty.call(message, "signature") && message.signature.length)
                writer.uint32(/* id 8, wireType 2 =*/66).bytes(message.signature);
            if (message.partitions != null && message.partitions.length)
                for (let i = 0; i < message.partitions.length; ++i)
                    $root.cardkeep.Partition.encode(message.partitions[i], writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Volume message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Volume
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Volume & cardkeep.Volume.$Shape} Volume
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Volume.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Volume();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 2: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.byteLength = value;
                        else
                            delete message.byteLength;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.sectorSize = value;
                        else
                            delete message.sectorSize;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.levels = value;
                        else
                            delete message.levels;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.mapRoot = value;
                        else
                            delete message.mapRoot;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message.device = $root.cardkeep.Device.decode(reader, reader.size(), $undefined, _depth + 1, message.device);
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.table = value;
                        else
                            delete message.table;
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.signature = value;
                        else
                            delete message.signature;
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        if (!(message.partitions && message.partitions.length))
                            message.partitions = [];
                        message.partitions.push($root.cardkeep.Partition.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Volume message.
         * @function verify
         * @memberof cardkeep.Volume
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Volume.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                if (!$util.isString(message.name))
                    return "name: string expected";
            if (message.byteLength != null && $Object.hasOwnProperty.call(message, "byteLength"))
                if (!$util.isInteger(message.byteLength) && !(message.byteLength && $util.isInteger(message.byteLength.low) && $util.isInteger(message.byteLength.high)))
                    return "byteLength: integer|Long expected";
            if (message.sectorSize != null && $Object.hasOwnProperty.call(message, "sectorSize"))
                if (!$util.isInteger(message.sectorSize))
                    return "sectorSize: integer expected";
            if (message.levels != null && $Object.hasOwnProperty.call(message, "levels"))
                if (!$util.isInteger(message.levels))
                    return "levels: integer expected";
            if (message.mapRoot != null && $Object.hasOwnProperty.call(message, "mapRoot"))
                if (!(message.mapRoot && typeof message.mapRoot.length === "number" || $util.isString(message.mapRoot)))
                    return "mapRoot: buffer expected";
            if (message.device != null && $Object.hasOwnProperty.call(message, "device")) {
                let error = $root.cardkeep.Device.verify(message.device, _depth + 1);
                if (error)
                    return "device." + error;
            }
            if (message.table != null && $Object.hasOwnProperty.call(message, "table"))
                if (!$util.isInteger(message.table))
                    return "table: integer expected";
            if (message.signature != null && $Object.hasOwnProperty.call(message, "signature"))
                if (!(message.signature && typeof message.signature.length === "number" || $util.isString(message.signature)))
                    return "signature: buffer expected";
            if (message.partitions != null && $Object.hasOwnProperty.call(message, "partitions")) {
                if (!$Array.isArray(message.partitions))
                    return "partitions: array expected";
                for (let i = 0; i < message.partitions.length; ++i) {
                    let error = $root.cardkeep.Partition.verify(message.partitions[i], _depth + 1);
                    if (error)
                        return "partitions." + error;
                }
            }
            return null;
        };

        return Volume;
    })();

    cardkeep.Device = (function() {

        /**
         * Properties of a Device.
         * @typedef {Object} cardkeep.Device.$Properties
         * @property {string|null} [path] Device path
         * @property {string|null} [model] Device model
         * @property {string|null} [serial] Device serial
         * @property {string|null} [bus] Device bus
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Device.
         * @memberof cardkeep
         * @interface IDevice
         * @augments cardkeep.Device.$Properties
         * @deprecated Use cardkeep.Device.$Properties instead.
         */

        /**
         * Shape of a Device.
         * @typedef {cardkeep.Device.$Properties} cardkeep.Device.$Shape
         */

        /**
         * Constructs a new Device.
         * @memberof cardkeep
         * @classdesc Represents a Device.
         * @constructor
         * @param {cardkeep.Device.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Device = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Device path.
         * @member {string} path
         * @memberof cardkeep.Device
         * @instance
         */
        Device.prototype.path = "";

        /**
         * Device model.
         * @member {string} model
         * @memberof cardkeep.Device
         * @instance
         */
        Device.prototype.model = "";

        /**
         * Device serial.
         * @member {string} serial
         * @memberof cardkeep.Device
         * @instance
         */
        Device.prototype.serial = "";

        /**
         * Device bus.
         * @member {string} bus
         * @memberof cardkeep.Device
         * @instance
         */
        Device.prototype.bus = "";

        /**
         * Encodes the specified Device message. Does not implicitly {@link cardkeep.Device.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Device
         * @static
         * @param {cardkeep.Device.$Properties} message Device message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Device.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.path != null && $Object.hasOwnProperty.call(message, "path") && message.path !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.path);
            if (message.model != null && $Object.hasOwnProperty.call(message, "model") && message.model !== "")
                writer.uint32(/* id 2, wireType 2 =*/18).string(message.model);
            if (message.serial != null && $Object.hasOwnProperty.call(message, "serial") && message.serial !== "")
                writer.uint32(/* id 3, wireType 2 =*/26).string(message.serial);
            if (message.bus != null && $Object.hasOwnProperty.call(message, "bus") && message.bus !== "")
                writer.uint32(/* id 4, wireType 2 =*/34).string(message.bus);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Device message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Device
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Device & cardkeep.Device.$Shape} Device
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Device.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Device();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.path = value;
                        else
                            delete message.path;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.model = value;
                        else
                            delete message.model;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.serial = value;
                        else
                            delete message.serial;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.bus = value;
                        else
                            delete message.bus;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Device message.
         * @function verify
         * @memberof cardkeep.Device
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Device.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.path != null && $Object.hasOwnProperty.call(message, "path"))
                if (!$util.isString(message.path))
                    return "path: string expected";
            if (message.model != null && $Object.hasOwnProperty.call(message, "model"))
                if (!$util.isString(message.model))
                    return "model: string expected";
            if (message.serial != null && $Object.hasOwnProperty.call(message, "serial"))
                if (!$util.isString(message.serial))
                    return "serial: string expected";
            if (message.bus != null && $Object.hasOwnProperty.call(message, "bus"))
                if (!$util.isString(message.bus))
                    return "bus: string expected";
            return null;
        };

        return Device;
    })();

    cardkeep.Partition = (function() {

        /**
         * Properties of a Partition.
         * @typedef {Object} cardkeep.Partition.$Properties
         * @property {number|null} [number] Partition number
         * @property {Long|null} [byteOffset] Partition byteOffset
         * @property {Long|null} [byteLength] Partition byteLength
         * @property {string|null} [type] Partition type
         * @property {string|null} [name] Partition name
         * @property {string|null} [fs] Partition fs
         * @property {string|null} [label] Partition label
         * @property {string|null} [uuid] Partition uuid
         * @property {Long|null} [used] Partition used
         * @property {number|null} [clean] Partition clean
         * @property {string|null} [why] Partition why
         * @property {cardkeep.Stamp.$Properties|null} [stamp] Partition stamp
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Partition.
         * @memberof cardkeep
         * @interface IPartition
         * @augments cardkeep.Partition.$Properties
         * @deprecated Use cardkeep.Partition.$Properties instead.
         */

        /**
         * Shape of a Partition.
         * @typedef {cardkeep.Partition.$Properties} cardkeep.Partition.$Shape
         */

        /**
         * Constructs a new Partition.
         * @memberof cardkeep
         * @classdesc Represents a Partition.
         * @constructor
         * @param {cardkeep.Partition.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Partition = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Partition number.
         * @member {number} number
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.number = 0;

        /**
         * Partition byteOffset.
         * @member {Long} byteOffset
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.byteOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Partition byteLength.
         * @member {Long} byteLength
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.byteLength = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Partition type.
         * @member {string} type
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.type = "";

        /**
         * Partition name.
         * @member {string} name
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.name = "";

        /**
         * Partition fs.
         * @member {string} fs
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.fs = "";

        /**
         * Partition label.
         * @member {string} label
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.label = "";

        /**
         * Partition uuid.
         * @member {string} uuid
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.uuid = "";

        /**
         * Partition used.
         * @member {Long} used
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.used = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Partition clean.
         * @member {number} clean
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.clean = 0;

        /**
         * Partition why.
         * @member {string} why
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.why = "";

        /**
         * Partition stamp.
         * @member {cardkeep.Stamp.$Properties|null|undefined} stamp
         * @memberof cardkeep.Partition
         * @instance
         */
        Partition.prototype.stamp = null;

        /**
         * Encodes the specified Partition message. Does not implicitly {@link cardkeep.Partition.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Partition
         * @static
         * @param {cardkeep.Partition.$Properties} message Partition message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Partition.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.number != null && $Object.hasOwnProperty.call(message, "number") && message.number !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.number);
            if (message.byteOffset != null && $Object.hasOwnProperty.call(message, "byteOffset") && (typeof message.byteOffset === "object" ? message.byteOffset.low || message.byteOffset.high : message.byteOffset !== 0))
                writer.uint32(/* id 2, wireType 1 =*/17).fixed64(message.byteOffset);
            if (message.byteLength != null && $Object.hasOwnProperty.call(message, "byteLength") && (typeof message.byteLength === "object" ? message.byteLength.low || message.byteLength.high : message.byteLength !== 0))
                writer.uint32(/* id 3, wireType 1 =*/25).fixed64(message.byteLength);
            if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== "")
                writer.uint32(/* id 4, wireType 2 =*/34).string(message.type);
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(/* id 5, wireType 2 =*/42).string(message.name);
            if (message.fs != null && $Object.hasOwnProperty.call(message, "fs") && message.fs !== "")
                writer.uint32(/* id 6, wireType 2 =*/50).string(message.fs);
            if (message.label != null && $Object.hasOwnProperty.call(message, "label") && message.label !== "")
                writer.uint32(/* id 7, wireType 2 =*/58).string(message.label);
            if (message.uuid != null && $Object.hasOwnProperty.call(message, "uuid") && message.uuid !== "")
                writer.uint32(/* id 8, wireType 2 =*/66).string(message.uuid);
            if (message.used != null && $Object.hasOwnProperty.call(message, "used") && (typeof message.used === "object" ? message.used.low || message.used.high : message.used !== 0))
                writer.uint32(/* id 9, wireType 1 =*/73).fixed64(message.used);
            if (message.clean != null && $Object.hasOwnProperty.call(message, "clean") && message.clean !== 0)
                writer.uint32(/* id 10, wireType 0 =*/80).uint32(message.clean);
            if (message.why != null && $Object.hasOwnProperty.call(message, "why") && message.why !== "")
                writer.uint32(/* id 11, wireType 2 =*/90).string(message.why);
            if (message.stamp != null && $Object.hasOwnProperty.call(message, "stamp"))
                $root.cardkeep.Stamp.encode(message.stamp, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Partition message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Partition
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Partition & cardkeep.Partition.$Shape} Partition
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Partition.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Partition();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.number = value;
                        else
                            delete message.number;
                        continue;
                    }
                case 2: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.byteOffset = value;
                        else
                            delete message.byteOffset;
                        continue;
                    }
                case 3: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.byteLength = value;
                        else
                            delete message.byteLength;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.type = value;
                        else
                            delete message.type;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.fs = value;
                        else
                            delete message.fs;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.label = value;
                        else
                            delete message.label;
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.uuid = value;
                        else
                            delete message.uuid;
                        continue;
                    }
                case 9: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.used = value;
                        else
                            delete message.used;
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.clean = value;
                        else
                            delete message.clean;
                        continue;
                    }
                case 11: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.why = value;
                        else
                            delete message.why;
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        message.stamp = $root.cardkeep.Stamp.decode(reader, reader.size(), $undefined, _depth + 1, message.stamp);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Partition message.
         * @function verify
         * @memberof cardkeep.Partition
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Partition.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.number != null && $Object.hasOwnProperty.call(message, "number"))
                if (!$util.isInteger(message.number))
                    return "number: integer expected";
            if (message.byteOffset != null && $Object.hasOwnProperty.call(message, "byteOffset"))
                if (!$util.isInteger(message.byteOffset) && !(message.byteOffset && $util.isInteger(message.byteOffset.low) && $util.isInteger(message.byteOffset.high)))
                    return "byteOffset: integer|Long expected";
            if (message.byteLength != null && $Object.hasOwnProperty.call(message, "byteLength"))
                if (!$util.isInteger(message.byteLength) && !(message.byteLength && $util.isInteger(message.byteLength.low) && $util.isInteger(message.byteLength.high)))
                    return "byteLength: integer|Long expected";
            if (message.type != null && $Object.hasOwnProperty.call(message, "type"))
                if (!$util.isString(message.type))
                    return "type: string expected";
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                if (!$util.isString(message.name))
                    return "name: string expected";
            if (message.fs != null && $Object.hasOwnProperty.call(message, "fs"))
                if (!$util.isString(message.fs))
                    return "fs: string expected";
            if (message.label != null && $Object.hasOwnProperty.call(message, "label"))
                if (!$util.isString(message.label))
                    return "label: string expected";
            if (message.uuid != null && $Object.hasOwnProperty.call(message, "uuid"))
                if (!$util.isString(message.uuid))
                    return "uuid: string expected";
            if (message.used != null && $Object.hasOwnProperty.call(message, "used"))
                if (!$util.isInteger(message.used) && !(message.used && $util.isInteger(message.used.low) && $util.isInteger(message.used.high)))
                    return "used: integer|Long expected";
            if (message.clean != null && $Object.hasOwnProperty.call(message, "clean"))
                if (!$util.isInteger(message.clean))
                    return "clean: integer expected";
            if (message.why != null && $Object.hasOwnProperty.call(message, "why"))
                if (!$util.isString(message.why))
                    return "why: string expected";
            if (message.stamp != null && $Object.hasOwnProperty.call(message, "stamp")) {
                let error = $root.cardkeep.Stamp.verify(message.stamp, _depth + 1);
                if (error)
                    return "stamp." + error;
            }
            return null;
        };

        return Partition;
    })();

    cardkeep.Stamp = (function() {

        /**
         * Properties of a Stamp.
         * @typedef {Object} cardkeep.Stamp.$Properties
         * @property {Long|null} [mkfsS] Stamp mkfsS
         * @property {Long|null} [wtimeS] Stamp wtimeS
         * @property {Long|null} [kbytesWritten] Stamp kbytesWritten
         * @property {number|null} [mounts] Stamp mounts
         * @property {number|null} [journalSeq] Stamp journalSeq
         * @property {Long|null} [lastcheckS] Stamp lastcheckS
         * @property {Long|null} [freeBlocks] Stamp freeBlocks
         * @property {Long|null} [freeInodes] Stamp freeInodes
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Stamp.
         * @memberof cardkeep
         * @interface IStamp
         * @augments cardkeep.Stamp.$Properties
         * @deprecated Use cardkeep.Stamp.$Properties instead.
         */

        /**
         * Shape of a Stamp.
         * @typedef {cardkeep.Stamp.$Properties} cardkeep.Stamp.$Shape
         */

        /**
         * Constructs a new Stamp.
         * @memberof cardkeep
         * @classdesc Represents a Stamp.
         * @constructor
         * @param {cardkeep.Stamp.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Stamp = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Stamp mkfsS.
         * @member {Long} mkfsS
         * @memberof cardkeep.Stamp
         * @instance
         */
        Stamp.prototype.mkfsS = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Stamp wtimeS.
         * @member {Long} wtimeS
         * @memberof cardkeep.Stamp
         * @instance
         */
        Stamp.prototype.wtimeS = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Stamp kbytesWritten.
         * @member {Long} kbytesWritten
         * @memberof cardkeep.Stamp
         * @instance
         */
        Stamp.prototype.kbytesWritten = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Stamp mounts.
         * @member {number} mounts
         * @memberof cardkeep.Stamp
         * @instance
         */
        Stamp.prototype.mounts = 0;

        /**
         * Stamp journalSeq.
         * @member {number} journalSeq
         * @memberof cardkeep.Stamp
         * @instance
         */
        Stamp.prototype.journalSeq = 0;

        /**
         * Stamp lastcheckS.
         * @member {Long} lastcheckS
         * @memberof cardkeep.Stamp
         * @instance
         */
        Stamp.prototype.lastcheckS = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Stamp freeBlocks.
         * @member {Long} freeBlocks
         * @memberof cardkeep.Stamp
         * @instance
         */
        Stamp.prototype.freeBlocks = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Stamp freeInodes.
         * @member {Long} freeInodes
         * @memberof cardkeep.Stamp
         * @instance
         */
        Stamp.prototype.freeInodes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Encodes the specified Stamp message. Does not implicitly {@link cardkeep.Stamp.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Stamp
         * @static
         * @param {cardkeep.Stamp.$Properties} message Stamp message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Stamp.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.mkfsS != null && $Object.hasOwnProperty.call(message, "mkfsS") && (typeof message.mkfsS === "object" ? message.mkfsS.low || message.mkfsS.high : message.mkfsS !== 0))
                writer.uint32(/* id 1, wireType 1 =*/9).fixed64(message.mkfsS);
            if (message.wtimeS != null && $Object.hasOwnProperty.call(message, "wtimeS") && (typeof message.wtimeS === "object" ? message.wtimeS.low || message.wtimeS.high : message.wtimeS !== 0))
                writer.uint32(/* id 2, wireType 1 =*/17).fixed64(message.wtimeS);
            if (message.kbytesWritten != null && $Object.hasOwnProperty.call(message, "kbytesWritten") && (typeof message.kbytesWritten === "object" ? message.kbytesWritten.low || message.kbytesWritten.high : message.kbytesWritten !== 0))
                writer.uint32(/* id 3, wireType 1 =*/25).fixed64(message.kbytesWritten);
            if (message.mounts != null && $Object.hasOwnProperty.call(message, "mounts") && message.mounts !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.mounts);
            if (message.journalSeq != null && $Object.hasOwnProperty.call(message, "journalSeq") && message.journalSeq !== 0)
                writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.journalSeq);
            if (message.lastcheckS != null && $Object.hasOwnProperty.call(message, "lastcheckS") && (typeof message.lastcheckS === "object" ? message.lastcheckS.low || message.lastcheckS.high : message.lastcheckS !== 0))
                writer.uint32(/* id 6, wireType 1 =*/49).fixed64(message.lastcheckS);
            if (message.freeBlocks != null && $Object.hasOwnProperty.call(message, "freeBlocks") && (typeof message.freeBlocks === "object" ? message.freeBlocks.low || message.freeBlocks.high : message.freeBlocks !== 0))
                writer.uint32(/* id 7, wireType 1 =*/57).fixed64(message.freeBlocks);
            if (message.freeInodes != null && $Object.hasOwnProperty.call(message, "freeInodes") && (typeof message.freeInodes === "object" ? message.freeInodes.low || message.freeInodes.high : message.freeInodes !== 0))
                writer.uint32(/* id 8, wireType 1 =*/65).fixed64(message.freeInodes);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Stamp message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Stamp
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Stamp & cardkeep.Stamp.$Shape} Stamp
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Stamp.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Stamp();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.mkfsS = value;
                        else
                            delete message.mkfsS;
                        continue;
                    }
                case 2: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.wtimeS = value;
                        else
                            delete message.wtimeS;
                        continue;
                    }
                case 3: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.kbytesWritten = value;
                        else
                            delete message.kbytesWritten;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.mounts = value;
                        else
                            delete message.mounts;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.journalSeq = value;
                        else
                            delete message.journalSeq;
                        continue;
                    }
                case 6: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.lastcheckS = value;
                        else
                            delete message.lastcheckS;
                        continue;
                    }
                case 7: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.freeBlocks = value;
                        else
                            delete message.freeBlocks;
                        continue;
                    }
                case 8: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.freeInodes = value;
                        else
                            delete message.freeInodes;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Stamp message.
         * @function verify
         * @memberof cardkeep.Stamp
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Stamp.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.mkfsS != null && $Object.hasOwnProperty.call(message, "mkfsS"))
                if (!$util.isInteger(message.mkfsS) && !(message.mkfsS && $util.isInteger(message.mkfsS.low) && $util.isInteger(message.mkfsS.high)))
                    return "mkfsS: integer|Long expected";
            if (message.wtimeS != null && $Object.hasOwnProperty.call(message, "wtimeS"))
                if (!$util.isInteger(message.wtimeS) && !(message.wtimeS && $util.isInteger(message.wtimeS.low) && $util.isInteger(message.wtimeS.high)))
                    return "wtimeS: integer|Long expected";
            if (message.kbytesWritten != null && $Object.hasOwnProperty.call(message, "kbytesWritten"))
                if (!$util.isInteger(message.kbytesWritten) && !(message.kbytesWritten && $util.isInteger(message.kbytesWritten.low) && $util.isInteger(message.kbytesWritten.high)))
                    return "kbytesWritten: integer|Long expected";
            if (message.mounts != null && $Object.hasOwnProperty.call(message, "mounts"))
                if (!$util.isInteger(message.mounts))
                    return "mounts: integer expected";
            if (message.journalSeq != null && $Object.hasOwnProperty.call(message, "journalSeq"))
                if (!$util.isInteger(message.journalSeq))
                    return "journalSeq: integer expected";
            if (message.lastcheckS != null && $Object.hasOwnProperty.call(message, "lastcheckS"))
                if (!$util.isInteger(message.lastcheckS) && !(message.lastcheckS && $util.isInteger(message.lastcheckS.low) && $util.isInteger(message.lastcheckS.high)))
                    return "lastcheckS: integer|Long expected";
            if (message.freeBlocks != null && $Object.hasOwnProperty.call(message, "freeBlocks"))
                if (!$util.isInteger(message.freeBlocks) && !(message.freeBlocks && $util.isInteger(message.freeBlocks.low) && $util.isInteger(message.freeBlocks.high)))
                    return "freeBlocks: integer|Long expected";
            if (message.freeInodes != null && $Object.hasOwnProperty.call(message, "freeInodes"))
                if (!$util.isInteger(message.freeInodes) && !(message.freeInodes && $util.isInteger(message.freeInodes.low) && $util.isInteger(message.freeInodes.high)))
                    return "freeInodes: integer|Long expected";
            return null;
        };

        return Stamp;
    })();

    cardkeep.Attachment = (function() {

        /**
         * Properties of an Attachment.
         * @typedef {Object} cardkeep.Attachment.$Properties
         * @property {string|null} [kind] Attachment kind
         * @property {Uint8Array|null} [node] Attachment node
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an Attachment.
         * @memberof cardkeep
         * @interface IAttachment
         * @augments cardkeep.Attachment.$Properties
         * @deprecated Use cardkeep.Attachment.$Properties instead.
         */

        /**
         * Shape of an Attachment.
         * @typedef {cardkeep.Attachment.$Properties} cardkeep.Attachment.$Shape
         */

        /**
         * Constructs a new Attachment.
         * @memberof cardkeep
         * @classdesc Represents an Attachment.
         * @constructor
         * @param {cardkeep.Attachment.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Attachment = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Attachment kind.
         * @member {string} kind
         * @memberof cardkeep.Attachment
         * @instance
         */
        Attachment.prototype.kind = "";

        /**
         * Attachment node.
         * @member {Uint8Array} node
         * @memberof cardkeep.Attachment
         * @instance
         */
        Attachment.prototype.node = $util.newBuffer([]);

        /**
         * Encodes the specified Attachment message. Does not implicitly {@link cardkeep.Attachment.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Attachment
         * @static
         * @param {cardkeep.Attachment.$Properties} message Attachment message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Attachment.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.kind);
            if (message.node != null && $Object.hasOwnProperty.call(message, "node") && message.node.length)
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.node);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an Attachment message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Attachment
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Attachment & cardkeep.Attachment.$Shape} Attachment
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Attachment.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Attachment();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.kind = value;
                        else
                            delete message.kind;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.node = value;
                        else
                            delete message.node;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies an Attachment message.
         * @function verify
         * @memberof cardkeep.Attachment
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Attachment.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind"))
                if (!$util.isString(message.kind))
                    return "kind: string expected";
            if (message.node != null && $Object.hasOwnProperty.call(message, "node"))
                if (!(message.node && typeof message.node.length === "number" || $util.isString(message.node)))
                    return "node: buffer expected";
            return null;
        };

        return Attachment;
    })();

    cardkeep.Counts = (function() {

        /**
         * Properties of a Counts.
         * @typedef {Object} cardkeep.Counts.$Properties
         * @property {Long|null} [live] Counts live
         * @property {Long|null} [read] Counts read
         * @property {Long|null} [carried] Counts carried
         * @property {Long|null} [proved] Counts proved
         * @property {Long|null} [newBytes] Counts newBytes
         * @property {Long|null} [newChunks] Counts newChunks
         * @property {Long|null} [stored] Counts stored
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Counts.
         * @memberof cardkeep
         * @interface ICounts
         * @augments cardkeep.Counts.$Properties
         * @deprecated Use cardkeep.Counts.$Properties instead.
         */

        /**
         * Shape of a Counts.
         * @typedef {cardkeep.Counts.$Properties} cardkeep.Counts.$Shape
         */

        /**
         * Constructs a new Counts.
         * @memberof cardkeep
         * @classdesc Represents a Counts.
         * @constructor
         * @param {cardkeep.Counts.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Counts = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Counts live.
         * @member {Long} live
         * @memberof cardkeep.Counts
         * @instance
         */
        Counts.prototype.live = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Counts read.
         * @member {Long} read
         * @memberof cardkeep.Counts
         * @instance
         */
        Counts.prototype.read = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Counts carried.
         * @member {Long} carried
         * @memberof cardkeep.Counts
         * @instance
         */
        Counts.prototype.carried = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Counts proved.
         * @member {Long} proved
         * @memberof cardkeep.Counts
         * @instance
         */
        Counts.prototype.proved = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Counts newBytes.
         * @member {Long} newBytes
         * @memberof cardkeep.Counts
         * @instance
         */
        Counts.prototype.newBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Counts newChunks.
         * @member {Long} newChunks
         * @memberof cardkeep.Counts
         * @instance
         */
        Counts.prototype.newChunks = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Counts stored.
         * @member {Long} stored
         * @memberof cardkeep.Counts
         * @instance
         */
        Counts.prototype.stored = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Encodes the specified Counts message. Does not implicitly {@link cardkeep.Counts.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Counts
         * @static
         * @param {cardkeep.Counts.$Properties} message Counts message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Counts.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.live != null && $Object.hasOwnProperty.call(message, "live") && (typeof message.live === "object" ? message.live.low || message.live.high : message.live !== 0))
                writer.uint32(/* id 1, wireType 1 =*/9).fixed64(message.live);
            if (message.read != null && $Object.hasOwnProperty.call(message, "read") && (typeof message.read === "object" ? message.read.low || message.read.high : message.read !== 0))
                writer.uint32(/* id 2, wireType 1 =*/17).fixed64(message.read);
            if (message.carried != null && $Object.hasOwnProperty.call(message, "carried") && (typeof message.carried === "object" ? message.carried.low || message.carried.high : message.carried !== 0))
                writer.uint32(/* id 3, wireType 1 =*/25).fixed64(message.carried);
            if (message.proved != null && $Object.hasOwnProperty.call(message, "proved") && (typeof message.proved === "object" ? message.proved.low || message.proved.high : message.proved !== 0))
                writer.uint32(/* id 4, wireType 1 =*/33).fixed64(message.proved);
            if (message.newBytes != null && $Object.hasOwnProperty.call(message, "newBytes") && (typeof message.newBytes === "object" ? message.newBytes.low || message.newBytes.high : message.newBytes !== 0))
                writer.uint32(/* id 5, wireType 1 =*/41).fixed64(message.newBytes);
            if (message.newChunks != null && $Object.hasOwnProperty.call(message, "newChunks") && (typeof message.newChunks === "object" ? message.newChunks.low || message.newChunks.high : message.newChunks !== 0))
                writer.uint32(/* id 6, wireType 1 =*/49).fixed64(message.newChunks);
            if (message.stored != null && $Object.hasOwnProperty.call(message, "stored") && (typeof message.stored === "object" ? message.stored.low || message.stored.high : message.stored !== 0))
                writer.uint32(/* id 7, wireType 1 =*/57).fixed64(message.stored);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Counts message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Counts
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Counts & cardkeep.Counts.$Shape} Counts
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Counts.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Counts();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.live = value;
                        else
                            delete message.live;
                        continue;
                    }
                case 2: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.read = value;
                        else
                            delete message.read;
                        continue;
                    }
                case 3: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.carried = value;
                        else
                            delete message.carried;
                        continue;
                    }
                case 4: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.proved = value;
                        else
                            delete message.proved;
                        continue;
                    }
                case 5: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.newBytes = value;
                        else
                            delete message.newBytes;
                        continue;
                    }
                case 6: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.newChunks = value;
                        else
                            delete message.newChunks;
                        continue;
                    }
                case 7: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.stored = value;
                        else
                            delete message.stored;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Counts message.
         * @function verify
         * @memberof cardkeep.Counts
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Counts.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.live != null && $Object.hasOwnProperty.call(message, "live"))
                if (!$util.isInteger(message.live) && !(message.live && $util.isInteger(message.live.low) && $util.isInteger(message.live.high)))
                    return "live: integer|Long expected";
            if (message.read != null && $Object.hasOwnProperty.call(message, "read"))
                if (!$util.isInteger(message.read) && !(message.read && $util.isInteger(message.read.low) && $util.isInteger(message.read.high)))
                    return "read: integer|Long expected";
            if (message.carried != null && $Object.hasOwnProperty.call(message, "carried"))
                if (!$util.isInteger(message.carried) && !(message.carried && $util.isInteger(message.carried.low) && $util.isInteger(message.carried.high)))
                    return "carried: integer|Long expected";
            if (message.proved != null && $Object.hasOwnProperty.call(message, "proved"))
                if (!$util.isInteger(message.proved) && !(message.proved && $util.isInteger(message.proved.low) && $util.isInteger(message.proved.high)))
                    return "proved: integer|Long expected";
            if (message.newBytes != null && $Object.hasOwnProperty.call(message, "newBytes"))
                if (!$util.isInteger(message.newBytes) && !(message.newBytes && $util.isInteger(message.newBytes.low) && $util.isInteger(message.newBytes.high)))
                    return "newBytes: integer|Long expected";
            if (message.newChunks != null && $Object.hasOwnProperty.call(message, "newChunks"))
                if (!$util.isInteger(message.newChunks) && !(message.newChunks && $util.isInteger(message.newChunks.low) && $util.isInteger(message.newChunks.high)))
                    return "newChunks: integer|Long expected";
            if (message.stored != null && $Object.hasOwnProperty.call(message, "stored"))
                if (!$util.isInteger(message.stored) && !(message.stored && $util.isInteger(message.stored.low) && $util.isInteger(message.stored.high)))
                    return "stored: integer|Long expected";
            return null;
        };

        return Counts;
    })();

    cardkeep.Proof = (function() {

        /**
         * Properties of a Proof.
         * @typedef {Object} cardkeep.Proof.$Properties
         * @property {number|null} [readSharePermille] Proof readSharePermille
         * @property {Uint8Array|null} [oldestReadSnapshot] Proof oldestReadSnapshot
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Proof.
         * @memberof cardkeep
         * @interface IProof
         * @augments cardkeep.Proof.$Properties
         * @deprecated Use cardkeep.Proof.$Properties instead.
         */

        /**
         * Shape of a Proof.
         * @typedef {cardkeep.Proof.$Properties} cardkeep.Proof.$Shape
         */

        /**
         * Constructs a new Proof.
         * @memberof cardkeep
         * @classdesc Represents a Proof.
         * @constructor
         * @param {cardkeep.Proof.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Proof = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Proof readSharePermille.
         * @member {number} readSharePermille
         * @memberof cardkeep.Proof
         * @instance
         */
        Proof.prototype.readSharePermille = 0;

        /**
         * Proof oldestReadSnapshot.
         * @member {Uint8Array} oldestReadSnapshot
         * @memberof cardkeep.Proof
         * @instance
         */
        Proof.prototype.oldestReadSnapshot = $util.newBuffer([]);

        /**
         * Encodes the specified Proof message. Does not implicitly {@link cardkeep.Proof.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Proof
         * @static
         * @param {cardkeep.Proof.$Properties} message Proof message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Proof.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.readSharePermille != null && $Object.hasOwnProperty.call(message, "readSharePermille") && message.readSharePermille !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.readSharePermille);
            if (message.oldestReadSnapshot != null && $Object.hasOwnProperty.call(message, "oldestReadSnapshot") && message.oldestReadSnapshot.length)
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.oldestReadSnapshot);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Proof message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Proof
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Proof & cardkeep.Proof.$Shape} Proof
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Proof.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Proof();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.readSharePermille = value;
                        else
                            delete message.readSharePermille;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.oldestReadSnapshot = value;
                        else
                            delete message.oldestReadSnapshot;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Proof message.
         * @function verify
         * @memberof cardkeep.Proof
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Proof.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.readSharePermille != null && $Object.hasOwnProperty.call(message, "readSharePermille"))
                if (!$util.isInteger(message.readSharePermille))
                    return "readSharePermille: integer expected";
            if (message.oldestReadSnapshot != null && $Object.hasOwnProperty.call(message, "oldestReadSnapshot"))
                if (!(message.oldestReadSnapshot && typeof message.oldestReadSnapshot.length === "number" || $util.isString(message.oldestReadSnapshot)))
                    return "oldestReadSnapshot: buffer expected";
            return null;
        };

        return Proof;
    })();

    cardkeep.Range = (function() {

        /**
         * Properties of a Range.
         * @typedef {Object} cardkeep.Range.$Properties
         * @property {Long|null} [byteOffset] Range byteOffset
         * @property {Long|null} [byteLength] Range byteLength
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Range.
         * @memberof cardkeep
         * @interface IRange
         * @augments cardkeep.Range.$Properties
         * @deprecated Use cardkeep.Range.$Properties instead.
         */

        /**
         * Shape of a Range.
         * @typedef {cardkeep.Range.$Properties} cardkeep.Range.$Shape
         */

        /**
         * Constructs a new Range.
         * @memberof cardkeep
         * @classdesc Represents a Range.
         * @constructor
         * @param {cardkeep.Range.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Range = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Range byteOffset.
         * @member {Long} byteOffset
         * @memberof cardkeep.Range
         * @instance
         */
        Range.prototype.byteOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Range byteLength.
         * @member {Long} byteLength
         * @memberof cardkeep.Range
         * @instance
         */
        Range.prototype.byteLength = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Encodes the specified Range message. Does not implicitly {@link cardkeep.Range.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Range
         * @static
         * @param {cardkeep.Range.$Properties} message Range message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Range.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.byteOffset != null && $Object.hasOwnProperty.call(message, "byteOffset") && (typeof message.byteOffset === "object" ? message.byteOffset.low || message.byteOffset.high : message.byteOffset !== 0))
                writer.uint32(/* id 1, wireType 1 =*/9).fixed64(message.byteOffset);
            if (message.byteLength != null && $Object.hasOwnProperty.call(message, "byteLength") && (typeof message.byteLength === "object" ? message.byteLength.low || message.byteLength.high : message.byteLength !== 0))
                writer.uint32(/* id 2, wireType 1 =*/17).fixed64(message.byteLength);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Range message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Range
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Range & cardkeep.Range.$Shape} Range
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Range.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Range();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.byteOffset = value;
                        else
                            delete message.byteOffset;
                        continue;
                    }
                case 2: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.byteLength = value;
                        else
                            delete message.byteLength;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Range message.
         * @function verify
         * @memberof cardkeep.Range
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Range.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.byteOffset != null && $Object.hasOwnProperty.call(message, "byteOffset"))
                if (!$util.isInteger(message.byteOffset) && !(message.byteOffset && $util.isInteger(message.byteOffset.low) && $util.isInteger(message.byteOffset.high)))
                    return "byteOffset: integer|Long expected";
            if (message.byteLength != null && $Object.hasOwnProperty.call(message, "byteLength"))
                if (!$util.isInteger(message.byteLength) && !(message.byteLength && $util.isInteger(message.byteLength.low) && $util.isInteger(message.byteLength.high)))
                    return "byteLength: integer|Long expected";
            return null;
        };

        return Range;
    })();

    cardkeep.Record = (function() {

        /**
         * Properties of a Record.
         * @typedef {Object} cardkeep.Record.$Properties
         * @property {string|null} [kind] Record kind
         * @property {Long|null} [atMs] Record atMs
         * @property {Uint8Array|null} [subject] Record subject
         * @property {number|null} [seq] Record seq
         * @property {Uint8Array|null} [body] Record body
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Record.
         * @memberof cardkeep
         * @interface IRecord
         * @augments cardkeep.Record.$Properties
         * @deprecated Use cardkeep.Record.$Properties instead.
         */

        /**
         * Shape of a Record.
         * @typedef {cardkeep.Record.$Properties} cardkeep.Record.$Shape
         */

        /**
         * Constructs a new Record.
         * @memberof cardkeep
         * @classdesc Represents a Record.
         * @constructor
         * @param {cardkeep.Record.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Record = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Record kind.
         * @member {string} kind
         * @memberof cardkeep.Record
         * @instance
         */
        Record.prototype.kind = "";

        /**
         * Record atMs.
         * @member {Long} atMs
         * @memberof cardkeep.Record
         * @instance
         */
        Record.prototype.atMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Record subject.
         * @member {Uint8Array} subject
         * @memberof cardkeep.Record
         * @instance
         */
        Record.prototype.subject = $util.newBuffer([]);

        /**
         * Record seq.
         * @member {number} seq
         * @memberof cardkeep.Record
         * @instance
         */
        Record.prototype.seq = 0;

        /**
         * Record body.
         * @member {Uint8Array} body
         * @memberof cardkeep.Record
         * @instance
         */
        Record.prototype.body = $util.newBuffer([]);

        /**
         * Encodes the specified Record message. Does not implicitly {@link cardkeep.Record.verify|verify} messages.
         * @function encode
         * @memberof cardkeep.Record
         * @static
         * @param {cardkeep.Record.$Properties} message Record message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Record.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.kind);
            if (message.atMs != null && $Object.hasOwnProperty.call(message, "atMs") && (typeof message.atMs === "object" ? message.atMs.low || message.atMs.high : message.atMs !== 0))
                writer.uint32(/* id 2, wireType 1 =*/17).fixed64(message.atMs);
            if (message.subject != null && $Object.hasOwnProperty.call(message, "subject") && message.subject.length)
                writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.subject);
            if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && message.seq !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.seq);
            if (message.body != null && $Object.hasOwnProperty.call(message, "body") && message.body.length)
                writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.body);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Record message from the specified reader or buffer.
         * @function decode
         * @memberof cardkeep.Record
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {cardkeep.Record & cardkeep.Record.$Shape} Record
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Record.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.cardkeep.Record();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.kind = value;
                        else
                            delete message.kind;
                        continue;
                    }
                case 2: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.atMs = value;
                        else
                            delete message.atMs;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.subject = value;
                        else
                            delete message.subject;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.seq = value;
                        else
                            delete message.seq;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.body = value;
                        else
                            delete message.body;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Verifies a Record message.
         * @function verify
         * @memberof cardkeep.Record
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Record.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind"))
                if (!$util.isString(message.kind))
                    return "kind: string expected";
            if (message.atMs != null && $Object.hasOwnProperty.call(message, "atMs"))
                if (!$util.isInteger(message.atMs) && !(message.atMs && $util.isInteger(message.atMs.low) && $util.isInteger(message.atMs.high)))
                    return "atMs: integer|Long expected";
            if (message.subject != null && $Object.hasOwnProperty.call(message, "subject"))
                if (!(message.subject && typeof message.subject.length === "number" || $util.isString(message.subject)))
                    return "subject: buffer expected";
            if (message.seq != null && $Object.hasOwnProperty.call(message, "seq"))
                if (!$util.isInteger(message.seq))
                    return "seq: integer expected";
            if (message.body != null && $Object.hasOwnProperty.call(message, "body"))
                if (!(message.body && typeof message.body.length === "number" || $util.isString(message.body)))
                    return "body: buffer expected";
            return null;
        };

        return Record;
    })();

    return cardkeep;
})();

export {
  $root as default
};
