-- Ardour records what a JACK MIDI port sends, with no screen; see ardour.py, which talks with it over stdin and stdout.
--
--   ARD_DIR    new session folder; the take is <ARD_DIR>/interchange/song/midifiles/*.mid
--   ARD_BPM    the session's tempo
--   ARD_CLOCK  1: send MIDI clock from "ardour:MIDI Clock out"
--
-- It says READY; takes "arm" (it says ARMED), "roll" (ROLLING), "stop" (NOTE lines, then DONE) and ends.

local folder = assert(os.getenv("ARD_DIR"), "ARD_DIR is not set")
local bpm = tonumber(os.getenv("ARD_BPM") or "120")
local user = ARDOUR.TransportRequestSource.TRS_UI

local function say(...)
	print(...)
	io.stdout:flush()
end

local function set_tempo(value)
	local map = Temporal.TempoMap.write_copy()
	map:set_tempo(Temporal.Tempo(value, value, 4), Temporal.timepos_t(0))
	Temporal.TempoMap.update(map)
end

local function midi_track(session)
	local one = function () return ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1) end
	local made = session:new_midi_track(one(), one(), true, ARDOUR.PluginInfo(), nil, nil, 1, "answer",
		ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, false)
	local track
	for each in made:iter() do track = each end
	return track
end

local function say_notes(track)
	for region in track:playlist():region_list():iter() do
		local take = region:to_midiregion()
		if not take:isnil() then
			for note in ARDOUR.LuaAPI.note_list(take:midi_source(0):model()):iter() do
				say("NOTE", note:note(), note:velocity(), note:channel())
			end
		end
	end
end

AudioEngine:set_backend("JACK", "ardour", "")
ARDOUR.config():set_send_midi_clock(os.getenv("ARD_CLOCK") == "1")
local session = assert(create_session(folder, "song", 48000), "no session in " .. folder)
set_tempo(bpm)
local track = midi_track(session)
track:rec_enable_control():set_value(1, PBD.GroupControlDisposition.NoGroup)
sleep(0.5)
session:goto_start()
sleep(0.5)
say("READY")

for word in io.lines() do
	if word == "arm" then
		session:maybe_enable_record(false)
		say("ARMED")
	elseif word == "roll" then
		session:request_roll(user)
		say("ROLLING")
	elseif word == "stop" then
		session:request_stop(false, false, user)
		sleep(1.5) -- the butler writes the take
		say_notes(track)
		session:save_state("", false, false, false, false, false)
		sleep(0.5)
		say("DONE")
		break
	end
end
track = nil
session = nil
collectgarbage()
close_session()
quit()
