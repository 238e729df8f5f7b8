import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace cardkeep. */
export namespace cardkeep {

    /**
     * Properties of a Config.
     * @deprecated Use cardkeep.Config.$Properties instead.
     */
    interface IConfig extends cardkeep.Config.$Properties {
    }

    /** Represents a Config. */
    class Config {

        /**
         * Constructs a new Config.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Config.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Config format. */
        format: number;

        /** Config storeId. */
        storeId: Uint8Array;

        /** Config mustRead. */
        mustRead: string[];

        /** Config mustWrite. */
        mustWrite: string[];

        /** Config mustCheck. */
        mustCheck: string[];

        /** Config idKey. */
        idKey: Uint8Array;

        /** Config idKeyCheck. */
        idKeyCheck: Uint8Array;

        /** Config packBytes. */
        packBytes: number;

        /** Config frameBytes. */
        frameBytes: number;

        /** Config codec. */
        codec: number;

        /**
         * Encodes the specified Config message. Does not implicitly {@link cardkeep.Config.verify|verify} messages.
         * @param message Config message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Config.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Config message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Config & cardkeep.Config.$Shape} Config
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Config & cardkeep.Config.$Shape;

        /**
         * Verifies a Config message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Config {

        /** Properties of a Config. */
        interface $Properties {

            /** Config format */
            format?: (number|null);

            /** Config storeId */
            storeId?: (Uint8Array|null);

            /** Config mustRead */
            mustRead?: (string[]|null);

            /** Config mustWrite */
            mustWrite?: (string[]|null);

            /** Config mustCheck */
            mustCheck?: (string[]|null);

            /** Config idKey */
            idKey?: (Uint8Array|null);

            /** Config idKeyCheck */
            idKeyCheck?: (Uint8Array|null);

            /** Config packBytes */
            packBytes?: (number|null);

            /** Config frameBytes */
            frameBytes?: (number|null);

            /** Config codec */
            codec?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Config. */
        type $Shape = cardkeep.Config.$Properties;
    }

    /**
     * Properties of a Lock.
     * @deprecated Use cardkeep.Lock.$Properties instead.
     */
    interface ILock extends cardkeep.Lock.$Properties {
    }

    /** Represents a Lock. */
    class Lock {

        /**
         * Constructs a new Lock.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Lock.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Lock kind. */
        kind: string;

        /** Lock host. */
        host: string;

        /** Lock tool. */
        tool: string;

        /** Lock renewals. */
        renewals: number;

        /** Lock startedMs. */
        startedMs: Long;

        /** Lock machineId. */
        machineId: string;

        /** Lock bootId. */
        bootId: string;

        /** Lock pidNamespace. */
        pidNamespace: string;

        /** Lock processId. */
        processId: number;

        /** Lock processStart. */
        processStart: string;

        /**
         * Encodes the specified Lock message. Does not implicitly {@link cardkeep.Lock.verify|verify} messages.
         * @param message Lock message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Lock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Lock message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Lock & cardkeep.Lock.$Shape} Lock
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Lock & cardkeep.Lock.$Shape;

        /**
         * Verifies a Lock message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Lock {

        /** Properties of a Lock. */
        interface $Properties {

            /** Lock kind */
            kind?: (string|null);

            /** Lock host */
            host?: (string|null);

            /** Lock tool */
            tool?: (string|null);

            /** Lock renewals */
            renewals?: (number|null);

            /** Lock startedMs */
            startedMs?: (Long|null);

            /** Lock machineId */
            machineId?: (string|null);

            /** Lock bootId */
            bootId?: (string|null);

            /** Lock pidNamespace */
            pidNamespace?: (string|null);

            /** Lock processId */
            processId?: (number|null);

            /** Lock processStart */
            processStart?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Lock. */
        type $Shape = cardkeep.Lock.$Properties;
    }

    /**
     * Properties of a KeyFile.
     * @deprecated Use cardkeep.KeyFile.$Properties instead.
     */
    interface IKeyFile extends cardkeep.KeyFile.$Properties {
    }

    /** Represents a KeyFile. */
    class KeyFile {

        /**
         * Constructs a new KeyFile.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.KeyFile.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** KeyFile salt. */
        salt: Uint8Array;

        /** KeyFile nLog2. */
        nLog2: number;

        /** KeyFile r. */
        r: number;

        /** KeyFile p. */
        p: number;

        /** KeyFile wrappedMaster. */
        wrappedMaster: Uint8Array;

        /** KeyFile label. */
        label: string;

        /** KeyFile createdMs. */
        createdMs: Long;

        /**
         * Encodes the specified KeyFile message. Does not implicitly {@link cardkeep.KeyFile.verify|verify} messages.
         * @param message KeyFile message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.KeyFile.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a KeyFile message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.KeyFile & cardkeep.KeyFile.$Shape} KeyFile
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.KeyFile & cardkeep.KeyFile.$Shape;

        /**
         * Verifies a KeyFile message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace KeyFile {

        /** Properties of a KeyFile. */
        interface $Properties {

            /** KeyFile salt */
            salt?: (Uint8Array|null);

            /** KeyFile nLog2 */
            nLog2?: (number|null);

            /** KeyFile r */
            r?: (number|null);

            /** KeyFile p */
            p?: (number|null);

            /** KeyFile wrappedMaster */
            wrappedMaster?: (Uint8Array|null);

            /** KeyFile label */
            label?: (string|null);

            /** KeyFile createdMs */
            createdMs?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a KeyFile. */
        type $Shape = cardkeep.KeyFile.$Properties;
    }

    /**
     * Properties of an IndexHead.
     * @deprecated Use cardkeep.IndexHead.$Properties instead.
     */
    interface IIndexHead extends cardkeep.IndexHead.$Properties {
    }

    /** Represents an IndexHead. */
    class IndexHead {

        /**
         * Constructs a new IndexHead.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.IndexHead.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** IndexHead supersedes. */
        supersedes: Uint8Array[];

        /** IndexHead packs. */
        packs: cardkeep.Pack.$Properties[];

        /** IndexHead frames. */
        frames: Uint8Array;

        /** IndexHead fences. */
        fences: Uint8Array;

        /** IndexHead records. */
        records: Long;

        /** IndexHead pageRecords. */
        pageRecords: number;

        /**
         * Encodes the specified IndexHead message. Does not implicitly {@link cardkeep.IndexHead.verify|verify} messages.
         * @param message IndexHead message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.IndexHead.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an IndexHead message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.IndexHead & cardkeep.IndexHead.$Shape} IndexHead
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.IndexHead & cardkeep.IndexHead.$Shape;

        /**
         * Verifies an IndexHead message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace IndexHead {

        /** Properties of an IndexHead. */
        interface $Properties {

            /** IndexHead supersedes */
            supersedes?: (Uint8Array[]|null);

            /** IndexHead packs */
            packs?: (cardkeep.Pack.$Properties[]|null);

            /** IndexHead frames */
            frames?: (Uint8Array|null);

            /** IndexHead fences */
            fences?: (Uint8Array|null);

            /** IndexHead records */
            records?: (Long|null);

            /** IndexHead pageRecords */
            pageRecords?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an IndexHead. */
        type $Shape = cardkeep.IndexHead.$Properties;
    }

    /**
     * Properties of a Pack.
     * @deprecated Use cardkeep.Pack.$Properties instead.
     */
    interface IPack extends cardkeep.Pack.$Properties {
    }

    /** Represents a Pack. */
    class Pack {

        /**
         * Constructs a new Pack.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Pack.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Pack id. */
        id: Uint8Array;

        /** Pack byteLength. */
        byteLength: number;

        /** Pack kind. */
        kind: number;

        /** Pack condemnedMs. */
        condemnedMs: Long;

        /** Pack condemnedBy. */
        condemnedBy: Uint8Array;

        /**
         * Encodes the specified Pack message. Does not implicitly {@link cardkeep.Pack.verify|verify} messages.
         * @param message Pack message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Pack.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Pack message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Pack & cardkeep.Pack.$Shape} Pack
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Pack & cardkeep.Pack.$Shape;

        /**
         * Verifies a Pack message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Pack {

        /** Properties of a Pack. */
        interface $Properties {

            /** Pack id */
            id?: (Uint8Array|null);

            /** Pack byteLength */
            byteLength?: (number|null);

            /** Pack kind */
            kind?: (number|null);

            /** Pack condemnedMs */
            condemnedMs?: (Long|null);

            /** Pack condemnedBy */
            condemnedBy?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Pack. */
        type $Shape = cardkeep.Pack.$Properties;
    }

    /**
     * Properties of a Node.
     * @deprecated Use cardkeep.Node.$Properties instead.
     */
    interface INode extends cardkeep.Node.$Properties {
    }

    /** Represents a Node. */
    class Node {

        /**
         * Constructs a new Node.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Node.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Node nodes. */
        nodes: Uint8Array;

        /** Node chunks. */
        chunks: Uint8Array;

        /** Node level. */
        level: number;

        /** Node slot. */
        slot: number[];

        /** Node slotNode. */
        slotNode: number[];

        /** Node gap. */
        gap: number[];

        /** Node length. */
        length: number[];

        /** Node what. */
        what: number[];

        /** Node chunkOffset. */
        chunkOffset: number[];

        /** Node body. */
        body: Uint8Array;

        /**
         * Encodes the specified Node message. Does not implicitly {@link cardkeep.Node.verify|verify} messages.
         * @param message Node message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Node.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Node message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Node & cardkeep.Node.$Shape} Node
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Node & cardkeep.Node.$Shape;

        /**
         * Verifies a Node message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Node {

        /** Properties of a Node. */
        interface $Properties {

            /** Node nodes */
            nodes?: (Uint8Array|null);

            /** Node chunks */
            chunks?: (Uint8Array|null);

            /** Node level */
            level?: (number|null);

            /** Node slot */
            slot?: (number[]|null);

            /** Node slotNode */
            slotNode?: (number[]|null);

            /** Node gap */
            gap?: (number[]|null);

            /** Node length */
            length?: (number[]|null);

            /** Node what */
            what?: (number[]|null);

            /** Node chunkOffset */
            chunkOffset?: (number[]|null);

            /** Node body */
            body?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Node. */
        type $Shape = cardkeep.Node.$Properties;
    }

    /**
     * Properties of a Snapshot.
     * @deprecated Use cardkeep.Snapshot.$Properties instead.
     */
    interface ISnapshot extends cardkeep.Snapshot.$Properties {
    }

    /** Represents a Snapshot. */
    class Snapshot {

        /**
         * Constructs a new Snapshot.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Snapshot.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Snapshot mustRead. */
        mustRead: string[];

        /** Snapshot cardId. */
        cardId: Uint8Array;

        /** Snapshot card. */
        card: string;

        /** Snapshot number. */
        number: number;

        /** Snapshot parent. */
        parent: Uint8Array;

        /** Snapshot base. */
        base: Uint8Array;

        /** Snapshot startedMs. */
        startedMs: Long;

        /** Snapshot finishedMs. */
        finishedMs: Long;

        /** Snapshot utcOffsetMin. */
        utcOffsetMin: number;

        /** Snapshot host. */
        host: string;

        /** Snapshot tool. */
        tool: string;

        /** Snapshot note. */
        note: string;

        /** Snapshot tags. */
        tags: string[];

        /** Snapshot mode. */
        mode: number;

        /** Snapshot modeReason. */
        modeReason: string;

        /** Snapshot volumes. */
        volumes: cardkeep.Volume.$Properties[];

        /** Snapshot attachments. */
        attachments: cardkeep.Attachment.$Properties[];

        /** Snapshot counts. */
        counts?: (cardkeep.Counts.$Properties|null);

        /** Snapshot proof. */
        proof?: (cardkeep.Proof.$Properties|null);

        /** Snapshot originStore. */
        originStore: Uint8Array;

        /** Snapshot originSnapshot. */
        originSnapshot: Uint8Array;

        /** Snapshot unreadable. */
        unreadable: cardkeep.Range.$Properties[];

        /**
         * Encodes the specified Snapshot message. Does not implicitly {@link cardkeep.Snapshot.verify|verify} messages.
         * @param message Snapshot message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Snapshot.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Snapshot message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Snapshot & cardkeep.Snapshot.$Shape} Snapshot
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Snapshot & cardkeep.Snapshot.$Shape;

        /**
         * Verifies a Snapshot message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Snapshot {

        /** Properties of a Snapshot. */
        interface $Properties {

            /** Snapshot mustRead */
            mustRead?: (string[]|null);

            /** Snapshot cardId */
            cardId?: (Uint8Array|null);

            /** Snapshot card */
            card?: (string|null);

            /** Snapshot number */
            number?: (number|null);

            /** Snapshot parent */
            parent?: (Uint8Array|null);

            /** Snapshot base */
            base?: (Uint8Array|null);

            /** Snapshot startedMs */
            startedMs?: (Long|null);

            /** Snapshot finishedMs */
            finishedMs?: (Long|null);

            /** Snapshot utcOffsetMin */
            utcOffsetMin?: (number|null);

            /** Snapshot host */
            host?: (string|null);

            /** Snapshot tool */
            tool?: (string|null);

            /** Snapshot note */
            note?: (string|null);

            /** Snapshot tags */
            tags?: (string[]|null);

            /** Snapshot mode */
            mode?: (number|null);

            /** Snapshot modeReason */
            modeReason?: (string|null);

            /** Snapshot volumes */
            volumes?: (cardkeep.Volume.$Properties[]|null);

            /** Snapshot attachments */
            attachments?: (cardkeep.Attachment.$Properties[]|null);

            /** Snapshot counts */
            counts?: (cardkeep.Counts.$Properties|null);

            /** Snapshot proof */
            proof?: (cardkeep.Proof.$Properties|null);

            /** Snapshot originStore */
            originStore?: (Uint8Array|null);

            /** Snapshot originSnapshot */
            originSnapshot?: (Uint8Array|null);

            /** Snapshot unreadable */
            unreadable?: (cardkeep.Range.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Snapshot. */
        type $Shape = cardkeep.Snapshot.$Properties;
    }

    /**
     * Properties of a Volume.
     * @deprecated Use cardkeep.Volume.$Properties instead.
     */
    interface IVolume extends cardkeep.Volume.$Properties {
    }

    /** Represents a Volume. */
    class Volume {

        /**
         * Constructs a new Volume.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Volume.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Volume name. */
        name: string;

        /** Volume byteLength. */
        byteLength: Long;

        /** Volume sectorSize. */
        sectorSize: number;

        /** Volume levels. */
        levels: number;

        /** Volume mapRoot. */
        mapRoot: Uint8Array;

        /** Volume device. */
        device?: (cardkeep.Device.$Properties|null);

        /** Volume table. */
        table: number;

        /** Volume signature. */
        signature: Uint8Array;

        /** Volume partitions. */
        partitions: cardkeep.Partition.$Properties[];

        /**
         * Encodes the specified Volume message. Does not implicitly {@link cardkeep.Volume.verify|verify} messages.
         * @param message Volume message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Volume.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Volume message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Volume & cardkeep.Volume.$Shape} Volume
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Volume & cardkeep.Volume.$Shape;

        /**
         * Verifies a Volume message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Volume {

        /** Properties of a Volume. */
        interface $Properties {

            /** Volume name */
            name?: (string|null);

            /** Volume byteLength */
            byteLength?: (Long|null);

            /** Volume sectorSize */
            sectorSize?: (number|null);

            /** Volume levels */
            levels?: (number|null);

            /** Volume mapRoot */
            mapRoot?: (Uint8Array|null);

            /** Volume device */
            device?: (cardkeep.Device.$Properties|null);

            /** Volume table */
            table?: (number|null);

            /** Volume signature */
            signature?: (Uint8Array|null);

            /** Volume partitions */
            partitions?: (cardkeep.Partition.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Volume. */
        type $Shape = cardkeep.Volume.$Properties;
    }

    /**
     * Properties of a Device.
     * @deprecated Use cardkeep.Device.$Properties instead.
     */
    interface IDevice extends cardkeep.Device.$Properties {
    }

    /** Represents a Device. */
    class Device {

        /**
         * Constructs a new Device.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Device.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Device path. */
        path: string;

        /** Device model. */
        model: string;

        /** Device serial. */
        serial: string;

        /** Device bus. */
        bus: string;

        /**
         * Encodes the specified Device message. Does not implicitly {@link cardkeep.Device.verify|verify} messages.
         * @param message Device message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Device.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Device message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Device & cardkeep.Device.$Shape} Device
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Device & cardkeep.Device.$Shape;

        /**
         * Verifies a Device message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Device {

        /** Properties of a Device. */
        interface $Properties {

            /** Device path */
            path?: (string|null);

            /** Device model */
            model?: (string|null);

            /** Device serial */
            serial?: (string|null);

            /** Device bus */
            bus?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Device. */
        type $Shape = cardkeep.Device.$Properties;
    }

    /**
     * Properties of a Partition.
     * @deprecated Use cardkeep.Partition.$Properties instead.
     */
    interface IPartition extends cardkeep.Partition.$Properties {
    }

    /** Represents a Partition. */
    class Partition {

        /**
         * Constructs a new Partition.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Partition.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Partition number. */
        number: number;

        /** Partition byteOffset. */
        byteOffset: Long;

        /** Partition byteLength. */
        byteLength: Long;

        /** Partition type. */
        type: string;

        /** Partition name. */
        name: string;

        /** Partition fs. */
        fs: string;

        /** Partition label. */
        label: string;

        /** Partition uuid. */
        uuid: string;

        /** Partition used. */
        used: Long;

        /** Partition clean. */
        clean: number;

        /** Partition why. */
        why: string;

        /** Partition stamp. */
        stamp?: (cardkeep.Stamp.$Properties|null);

        /**
         * Encodes the specified Partition message. Does not implicitly {@link cardkeep.Partition.verify|verify} messages.
         * @param message Partition message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Partition.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Partition message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Partition & cardkeep.Partition.$Shape} Partition
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Partition & cardkeep.Partition.$Shape;

        /**
         * Verifies a Partition message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Partition {

        /** Properties of a Partition. */
        interface $Properties {

            /** Partition number */
            number?: (number|null);

            /** Partition byteOffset */
            byteOffset?: (Long|null);

            /** Partition byteLength */
            byteLength?: (Long|null);

            /** Partition type */
            type?: (string|null);

            /** Partition name */
            name?: (string|null);

            /** Partition fs */
            fs?: (string|null);

            /** Partition label */
            label?: (string|null);

            /** Partition uuid */
            uuid?: (string|null);

            /** Partition used */
            used?: (Long|null);

            /** Partition clean */
            clean?: (number|null);

            /** Partition why */
            why?: (string|null);

            /** Partition stamp */
            stamp?: (cardkeep.Stamp.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Partition. */
        type $Shape = cardkeep.Partition.$Properties;
    }

    /**
     * Properties of a Stamp.
     * @deprecated Use cardkeep.Stamp.$Properties instead.
     */
    interface IStamp extends cardkeep.Stamp.$Properties {
    }

    /** Represents a Stamp. */
    class Stamp {

        /**
         * Constructs a new Stamp.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Stamp.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Stamp mkfsS. */
        mkfsS: Long;

        /** Stamp wtimeS. */
        wtimeS: Long;

        /** Stamp kbytesWritten. */
        kbytesWritten: Long;

        /** Stamp mounts. */
        mounts: number;

        /** Stamp journalSeq. */
        journalSeq: number;

        /** Stamp lastcheckS. */
        lastcheckS: Long;

        /** Stamp freeBlocks. */
        freeBlocks: Long;

        /** Stamp freeInodes. */
        freeInodes: Long;

        /**
         * Encodes the specified Stamp message. Does not implicitly {@link cardkeep.Stamp.verify|verify} messages.
         * @param message Stamp message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Stamp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Stamp message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Stamp & cardkeep.Stamp.$Shape} Stamp
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Stamp & cardkeep.Stamp.$Shape;

        /**
         * Verifies a Stamp message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Stamp {

        /** Properties of a Stamp. */
        interface $Properties {

            /** Stamp mkfsS */
            mkfsS?: (Long|null);

            /** Stamp wtimeS */
            wtimeS?: (Long|null);

            /** Stamp kbytesWritten */
            kbytesWritten?: (Long|null);

            /** Stamp mounts */
            mounts?: (number|null);

            /** Stamp journalSeq */
            journalSeq?: (number|null);

            /** Stamp lastcheckS */
            lastcheckS?: (Long|null);

            /** Stamp freeBlocks */
            freeBlocks?: (Long|null);

            /** Stamp freeInodes */
            freeInodes?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Stamp. */
        type $Shape = cardkeep.Stamp.$Properties;
    }

    /**
     * Properties of an Attachment.
     * @deprecated Use cardkeep.Attachment.$Properties instead.
     */
    interface IAttachment extends cardkeep.Attachment.$Properties {
    }

    /** Represents an Attachment. */
    class Attachment {

        /**
         * Constructs a new Attachment.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Attachment.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Attachment kind. */
        kind: string;

        /** Attachment node. */
        node: Uint8Array;

        /**
         * Encodes the specified Attachment message. Does not implicitly {@link cardkeep.Attachment.verify|verify} messages.
         * @param message Attachment message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Attachment.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an Attachment message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Attachment & cardkeep.Attachment.$Shape} Attachment
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Attachment & cardkeep.Attachment.$Shape;

        /**
         * Verifies an Attachment message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Attachment {

        /** Properties of an Attachment. */
        interface $Properties {

            /** Attachment kind */
            kind?: (string|null);

            /** Attachment node */
            node?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an Attachment. */
        type $Shape = cardkeep.Attachment.$Properties;
    }

    /**
     * Properties of a Counts.
     * @deprecated Use cardkeep.Counts.$Properties instead.
     */
    interface ICounts extends cardkeep.Counts.$Properties {
    }

    /** Represents a Counts. */
    class Counts {

        /**
         * Constructs a new Counts.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Counts.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Counts live. */
        live: Long;

        /** Counts read. */
        read: Long;

        /** Counts carried. */
        carried: Long;

        /** Counts proved. */
        proved: Long;

        /** Counts newBytes. */
        newBytes: Long;

        /** Counts newChunks. */
        newChunks: Long;

        /** Counts stored. */
        stored: Long;

        /**
         * Encodes the specified Counts message. Does not implicitly {@link cardkeep.Counts.verify|verify} messages.
         * @param message Counts message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Counts.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Counts message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Counts & cardkeep.Counts.$Shape} Counts
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Counts & cardkeep.Counts.$Shape;

        /**
         * Verifies a Counts message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Counts {

        /** Properties of a Counts. */
        interface $Properties {

            /** Counts live */
            live?: (Long|null);

            /** Counts read */
            read?: (Long|null);

            /** Counts carried */
            carried?: (Long|null);

            /** Counts proved */
            proved?: (Long|null);

            /** Counts newBytes */
            newBytes?: (Long|null);

            /** Counts newChunks */
            newChunks?: (Long|null);

            /** Counts stored */
            stored?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Counts. */
        type $Shape = cardkeep.Counts.$Properties;
    }

    /**
     * Properties of a Proof.
     * @deprecated Use cardkeep.Proof.$Properties instead.
     */
    interface IProof extends cardkeep.Proof.$Properties {
    }

    /** Represents a Proof. */
    class Proof {

        /**
         * Constructs a new Proof.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Proof.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Proof readSharePermille. */
        readSharePermille: number;

        /** Proof oldestReadSnapshot. */
        oldestReadSnapshot: Uint8Array;

        /**
         * Encodes the specified Proof message. Does not implicitly {@link cardkeep.Proof.verify|verify} messages.
         * @param message Proof message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Proof.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Proof message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Proof & cardkeep.Proof.$Shape} Proof
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Proof & cardkeep.Proof.$Shape;

        /**
         * Verifies a Proof message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Proof {

        /** Properties of a Proof. */
        interface $Properties {

            /** Proof readSharePermille */
            readSharePermille?: (number|null);

            /** Proof oldestReadSnapshot */
            oldestReadSnapshot?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Proof. */
        type $Shape = cardkeep.Proof.$Properties;
    }

    /**
     * Properties of a Range.
     * @deprecated Use cardkeep.Range.$Properties instead.
     */
    interface IRange extends cardkeep.Range.$Properties {
    }

    /** Represents a Range. */
    class Range {

        /**
         * Constructs a new Range.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Range.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Range byteOffset. */
        byteOffset: Long;

        /** Range byteLength. */
        byteLength: Long;

        /**
         * Encodes the specified Range message. Does not implicitly {@link cardkeep.Range.verify|verify} messages.
         * @param message Range message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Range.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Range message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Range & cardkeep.Range.$Shape} Range
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Range & cardkeep.Range.$Shape;

        /**
         * Verifies a Range message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Range {

        /** Properties of a Range. */
        interface $Properties {

            /** Range byteOffset */
            byteOffset?: (Long|null);

            /** Range byteLength */
            byteLength?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Range. */
        type $Shape = cardkeep.Range.$Properties;
    }

    /**
     * Properties of a Record.
     * @deprecated Use cardkeep.Record.$Properties instead.
     */
    interface IRecord extends cardkeep.Record.$Properties {
    }

    /** Represents a Record. */
    class Record {

        /**
         * Constructs a new Record.
         * @param [properties] Properties to set
         */
        constructor(properties?: cardkeep.Record.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Record kind. */
        kind: string;

        /** Record atMs. */
        atMs: Long;

        /** Record subject. */
        subject: Uint8Array;

        /** Record seq. */
        seq: number;

        /** Record body. */
        body: Uint8Array;

        /**
         * Encodes the specified Record message. Does not implicitly {@link cardkeep.Record.verify|verify} messages.
         * @param message Record message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: cardkeep.Record.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Record message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {cardkeep.Record & cardkeep.Record.$Shape} Record
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): cardkeep.Record & cardkeep.Record.$Shape;

        /**
         * Verifies a Record message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);
    }

    namespace Record {

        /** Properties of a Record. */
        interface $Properties {

            /** Record kind */
            kind?: (string|null);

            /** Record atMs */
            atMs?: (Long|null);

            /** Record subject */
            subject?: (Uint8Array|null);

            /** Record seq */
            seq?: (number|null);

            /** Record body */
            body?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Record. */
        type $Shape = cardkeep.Record.$Properties;
    }
}
