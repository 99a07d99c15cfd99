-- Which old version a change made, and which it ended: the change feed tells both.
CREATE INDEX wutu_history_made ON wutu_history (version);
CREATE INDEX wutu_history_ended ON wutu_history (ended);
